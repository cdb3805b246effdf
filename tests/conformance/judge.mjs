// Compares what the suite wrote with what pending.txt expects. Usage: judge.mjs RESULTS PENDING CODE
// CODE is the exit code with which the server answered SIGTERM, after 5 s at the latest.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [results, list, code] = process.argv.slice(2)

// What came of each scenario of a run: { name, verdict, bad, said, good, checks }.
function outcomes(run) {
  const log = readFileSync(join(results, `${run}.log`), 'utf8')
  const names = [...log.matchAll(/^=== Running scenario: (\S+) ===$/gm)].map(([, name]) => name)
  const announced = Number(/\((\d+) scenarios\)/.exec(log)?.[1])
  if (names.length === 0 || announced !== names.length) {
    console.log(log)
    console.log(`FAIL ${run}: ${names.length} of ${announced} scenarios were run`)
    process.exit(1)
  }
  const folders = existsSync(join(results, run)) ? readdirSync(join(results, run)) : []
  return names.map(name => {
    const folder = folders.find(folder => folder.replace(/^server-(.*)-\d{4}-\d\d-\d\dT.*$/, '$1') === name)
    const file = folder && join(results, run, folder, 'checks.json')
    const checks = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    return { name, ...verdict(checks) }
  })
}

// As the suite's strict mode: a warning is a failure. Beyond it, a scenario in which nothing succeeded is one too.
function verdict(checks) {
  const of = status => checks.filter(check => check.status === status)
  const bad = [...of('FAILURE'), ...of('WARNING')]
  const good = of('SUCCESS').length
  const count = { good, checks: good + bad.length }
  if (bad.length > 0) {
    const said = bad.map(check => `${check.id}: ${check.errorMessage ?? 'no message'}`)
    return { verdict: 'fail', bad: bad.map(check => check.id), said, ...count }
  }
  if (good > 0) return { verdict: 'pass', bad: [], said: [], ...count }
  const why = checks.map(check => check.errorMessage ?? check.details?.message).filter(Boolean)
  const skipped = checks.length > 0 && checks.every(check => check.status === 'SKIPPED')
  return { verdict: skipped ? 'skip' : 'fail', bad: [], said: ['nothing was checked', ...why], ...count }
}

// What the list says of "REVISION SCENARIO": the reason, and the checks that fail, or none named if all may.
const pending = new Map()
for (const line of readFileSync(list, 'utf8').split('\n')) {
  if (line.trim() === '' || line.startsWith('#')) continue
  const [, key, check, reason] = /^(\S+ [^\s:]+)(?: (\S+))?: (\S.*)$/.exec(line) ?? []
  const before = pending.get(key)
  if (!key || (before && (!check || before.checks.length === 0))) throw new Error(`pending.txt has a bad line: ${line}`)
  pending.set(key, { reason, checks: [...(before?.checks ?? []), ...(check ? [check] : [])] })
}

let passed = 0
let failed = 0
let expected = 0

function fail(text, said = []) {
  failed += 1
  console.log(`FAIL ${text}`)
  for (const line of said) console.log(`     ${line}`)
}

// Why the outcome is not what the list says, or nothing.
function surprise({ verdict, bad }, listed) {
  if (!listed) return verdict === 'fail' ? 'fails' : undefined
  if (verdict !== 'fail') return 'passes: take it off the list'
  if (listed.checks.length === 0) return undefined
  if (bad.some(check => !listed.checks.includes(check))) return 'fails in more than the list says'
  const fine = listed.checks.filter(check => !bad.includes(check))
  return fine.length > 0 ? `passes ${fine.join(', ')}: take that off the list` : undefined
}

for (const run of ['2025-11-25', '2026-07-28']) {
  console.log(`# requirements of ${run}`)
  const all = outcomes(run)
  for (const outcome of all) {
    const { name, verdict, said } = outcome
    const listed = pending.get(`${run} ${name}`)
    pending.delete(`${run} ${name}`)
    const wrong = surprise(outcome, listed)
    if (wrong) {
      fail(`${name} ${wrong}`, said)
      continue
    }
    passed += 1
    if (listed) expected += 1
    console.log(listed ? `pending ${name}: ${listed.reason}` : `${verdict === 'pass' ? 'ok' : 'skip'} ${name}`)
  }
  const sum = of => all.reduce((total, outcome) => total + of(outcome), 0)
  console.log(`${sum(o => o.good)} of ${sum(o => o.checks)} checks in ${all.length} scenarios`)
}
for (const key of pending.keys()) fail(`${key} is on the list, but there is no such scenario`)

// Every scenario that a revision has, with nothing pending: a warning is a failure here too.
for (const run of ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']) {
  console.log(`# every scenario of ${run}`)
  const all = outcomes(`all-${run}`)
  const sum = of => all.reduce((total, outcome) => total + of(outcome), 0)
  for (const { name, verdict, said } of all) {
    if (verdict === 'fail') fail(`${name} fails`, said)
    else passed += 1
  }
  const skipped = all.filter(({ verdict }) => verdict === 'skip').map(({ name }) => name)
  console.log(`${sum(o => o.good)} of ${sum(o => o.checks)} checks in ${all.length} scenarios, skipped: ${skipped.join(', ') || 'none'}`)
}

if (code !== '0') fail(`the server ended with exit code ${code} after SIGTERM`)
if (expected > 0) console.log(`${expected} of the passed are pending`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
