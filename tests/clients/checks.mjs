// The checks that client.mjs and sdk.mjs share; their clients differ in little but their names.
// run() takes what a mode promises, and connect(), which gives {client, transport, call, version, isNotFound}.
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { serve } from './served.mjs'

const INVALID_PARAMS = -32602
// Nothing runs when the client closes. A cancelled call that kept running would delay the exit by 1.5 s.
const IDLE_EXIT_MS = 1400
const BUSY_EXIT_MS = 2000
const LIMIT = { timeout: 15_000 }
const MODERN = '2026-07-28'
const TOKEN = 'secret'

const same = (got, want) =>
  assert(isDeepStrictEqual(got, want), `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)

async function fails(request, isExpected = () => true) {
  const error = await request.then(result => assert.fail(`got ${JSON.stringify(result)}, want an error`), error => error)
  assert(isExpected(error), `not the expected error: ${error.code} ${error.message}`)
}

function textOf(result) {
  same(result.content.map(block => block.type), ['text'])
  return result.content[0].text
}

async function callOk({ call }, name, args, options) {
  const result = await call(name, args, { ...LIMIT, ...options })
  assert(!result.isError, `error result: ${result.isError && textOf(result)}`)
  return result
}

function takeLostProgress({ faults }) {
  const lost = faults.filter(fault => fault.startsWith('Received a progress notification'))
  faults.splice(0, faults.length, ...faults.filter(fault => !lost.includes(fault)))
  return lost
}

const add = async session => same(textOf(await callOk(session, 'add', { a: 1, b: 2 })), '3')

const small = {
  async 'list hello tools'({ client }) {
    const { tools } = await client.listTools(undefined, LIMIT)
    same(tools.map(tool => tool.name), ['add'])
  },
  'call add': add
}

const full = {
  'server identity'({ client }) {
    same([client.getServerVersion().name, client.getInstructions()], ['tour', 'A tour of lmcp.'])
  },
  async 'list tools'({ client }) {
    const { tools } = await client.listTools(undefined, LIMIT)
    const { add, divide, forecast, wait, count, ...others } = Object.fromEntries(tools.map(tool => [tool.name, tool]))
    same(others, {})
    for (const tool of [add, divide, forecast, wait, count]) same(tool.inputSchema.type, 'object')
    same(add.description, 'Add two integers.')
    same(add.inputSchema.required.toSorted(), ['a', 'b'])
    same(forecast.inputSchema.required, ['city'])
    same(Object.keys(forecast.outputSchema.properties).sort(), ['city', 'days', 'summary'])
  },
  'call add': add,
  async 'tool error'({ call }) {
    const result = await call('divide', { a: 1, b: 0 }, LIMIT)
    same([result.isError, textOf(result)], [true, 'division by zero'])
  },
  async 'wrong arguments'({ call }) {
    for (const name of ['a', 'b']) {
      const result = await call('add', { a: 1, b: 2, [name]: 'x' }, LIMIT)
      same(result.isError, true)
      assert.match(textOf(result), new RegExp(`\\b${name}\\b`))
    }
  },
  async 'unknown tool'({ call }) {
    await fails(call('nothing', {}, LIMIT), error => error.code === INVALID_PARAMS)
  },
  // These clients lose progress that they read in one piece with the result, and tell onerror.
  async progress(session) {
    const seen = []
    const onprogress = ({ progress, total }) => seen.push([progress, total])
    same(textOf(await callOk(session, 'count', { to: 3 }, { onprogress })), 'counted to 3')
    const inTime = seen.length
    await add(session)
    for (const fault of takeLostProgress(session)) onprogress(JSON.parse(fault.slice(fault.indexOf('{'))).params)
    same(seen, [[1, 3], [2, 3], [3, 3]])
    assert(inTime > 0, 'all of it came in one piece with the result')
  },
  async 'structured output'(session) {
    const result = await callOk(session, 'forecast', { city: 'Oslo' })
    const { city, days, summary, ...others } = result.structuredContent
    same([city, days, typeof summary, others], ['Oslo', 3, 'string', {}])
    same(JSON.parse(textOf(result)), result.structuredContent)
    same(textOf(result), JSON.stringify(JSON.parse(textOf(result))))
  },
  async 'list resources'({ client }) {
    const { resources } = await client.listResources(undefined, LIMIT)
    same(resources.map(({ name, uri, mimeType }) => [name, uri, mimeType]), [['about', 'tour://about', 'text/plain']])
  },
  async 'read resource'({ client }) {
    const { contents } = await client.readResource({ uri: 'tour://about' }, LIMIT)
    const text = 'A server to try clients on.'
    same(contents.map(({ uri, mimeType, text }) => [uri, mimeType, text]), [['tour://about', 'text/plain', text]])
  },
  async 'list templates'({ client }) {
    const { resourceTemplates } = await client.listResourceTemplates(undefined, LIMIT)
    same(resourceTemplates.map(({ name, uriTemplate }) => [name, uriTemplate]), [['note', 'notes://{id}']])
  },
  async 'read template'({ client }) {
    const { contents } = await client.readResource({ uri: 'notes://7' }, LIMIT)
    same(contents.map(({ uri, text }) => [uri, text]), [['notes://7', 'note 7']])
  },
  async 'missing resource'({ client, isNotFound }) {
    await fails(client.readResource({ uri: 'tour://nothing' }, LIMIT), isNotFound)
  },
  async 'list prompts'({ client }) {
    const { prompts } = await client.listPrompts(undefined, LIMIT)
    same(prompts.map(prompt => prompt.name), ['review'])
    same(prompts[0].arguments.map(({ name, required }) => [name, required]), [['language', true], ['code', true]])
  },
  async 'render prompt'({ client }) {
    const request = { name: 'review', arguments: { language: 'rust', code: 'fn main() {}' } }
    const { messages } = await client.getPrompt(request, LIMIT)
    same(messages.map(({ role, content }) => [role, content.text]), [['user', 'Review this rust:\nfn main() {}']])
  },
  async 'complete prompt'({ client }) {
    const request = { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'language', value: 'p' } }
    same((await client.complete(request, LIMIT)).completion.values, ['python'])
  },
  async 'complete template'({ client }) {
    const request = { ref: { type: 'ref/resource', uri: 'notes://{id}' }, argument: { name: 'id', value: '1' } }
    same((await client.complete(request, LIMIT)).completion.values, ['1', '10', '11'])
  },
  async 'concurrent calls'(session) {
    const ask = async (name, args) => textOf(await callOk(session, name, args))
    const numbers = [...Array(10).keys()]
    const waits = numbers.map(i => ask('wait', { ms: 100 - 10 * i }))
    const adds = numbers.map(i => ask('add', { a: i, b: 1000 }))
    same(await Promise.all(waits), numbers.map(i => `waited ${100 - 10 * i} ms`))
    same(await Promise.all(adds), numbers.map(i => `${i + 1000}`))
  },
  async 'cancelled call'(session) {
    const abort = new AbortController()
    const waiting = fails(session.call('wait', { ms: 10_000 }, { signal: abort.signal }))
    await add(session) // answered while the other one waits
    abort.abort('enough')
    await waiting
    await add(session)
  },
  async 'timed out call'(session) {
    await fails(session.call('wait', { ms: 10_000 }, { timeout: 200 }))
    await add(session)
  }
}

const overHttp = {
  ...full,
  async 'cancelled stream'(session) {
    const abort = new AbortController()
    const onprogress = () => abort.abort('enough')
    await fails(session.call('count', { to: 1000 }, { ...LIMIT, onprogress, signal: abort.signal }))
    await add(session)
  }
}

let failures = 0
let current = 'connect'

async function attempt(name, check, ...args) {
  current = name
  try {
    await check(...args)
    console.log(`ok  ${name}`)
  } catch (error) {
    failures++
    console.log(`FAIL ${name}: ${String(error?.message ?? error).replaceAll('\n', ' ')}`)
  }
}

const exits = record => readFileSync(record, 'utf8').trim().split('\n').map(line => JSON.parse(line))

function cleanExit(record, closed, limit) {
  const { code, terminated, at } = exits(record).at(-1)
  same([code, terminated], [0, false])
  const ms = at * 1000 - closed
  assert(ms <= limit, `it took ${Math.round(ms)} ms`)
}

// A client that probes starts a server of its own for that, and ends it with SIGTERM.
function cleanProbe(record) {
  const [probe, session, ...others] = exits(record)
  assert(session && others.length === 0, `${exits(record).length} servers were started, want 2`)
  assert([0, -15].includes(probe.code), `the probed server ended with ${probe.code}`)
}

async function drive({ version, probes, connect }, flags, server) {
  const folder = mkdtempSync(join(tmpdir(), 'lmcp-client-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const launcher = fileURLToPath(new URL('launcher.py', import.meta.url))
  const faults = []
  const start = async record => {
    const launch = { command: 'python3', args: [launcher, record, ...server] }
    return { faults, ...(await connect(launch, error => faults.push(error.message))) }
  }

  const record = join(folder, 'record')
  const session = await start(record)
  await attempt('negotiated version', () => same(session.version, version))
  for (const [name, check] of Object.entries(flags.includes('--hello') ? small : full)) await attempt(name, check, session)
  const closed = Date.now()
  await session.client.close()
  await attempt('clean exit', cleanExit, record, closed, IDLE_EXIT_MS)
  if (probes) await attempt('clean probe', cleanProbe, record)
  await attempt('only valid messages', () => same(faults, []))
  if (flags.includes('--hello')) return

  const busyRecord = join(folder, 'busy')
  const busy = await start(busyRecord)
  const waiting = fails(busy.call('wait', { ms: 10_000 }, LIMIT))
  await attempt('call next to a running one', add, busy)
  const left = Date.now()
  await busy.client.close()
  await waiting
  await attempt('clean exit during a call', cleanExit, busyRecord, left, BUSY_EXIT_MS)
}

// What a client is given instead of a command to start; notes what comes back, and when the first GET is answered.
function endpoint(url, token) {
  const responses = []
  const record = async (url, init) => {
    const response = await fetch(url, init)
    responses.push({ verb: init.method, status: response.status })
    if (init.method === 'GET') listening()
    return response
  }
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  let listening
  const listens = new Promise(resolve => (listening = resolve))
  return { url, options: { fetch: record, requestInit: { headers } }, responses, listens }
}

const statuses = (responses, verb) => responses.filter(response => response.verb === verb).map(({ status }) => status)

async function refusedWithoutToken({ connect }, url, token) {
  for (const wrong of [undefined, `${token}s`]) {
    const target = endpoint(url, wrong)
    await fails(connect(target, () => {}).then(() => 'a connection'))
    same([...new Set(target.responses.map(({ status }) => status))], [401])
  }
}

// A session is opened and deleted before 2026-07-28, and never since.
async function sessionEnd({ transport, version }, { url, options, responses, listens }) {
  const id = transport.sessionId
  if (version !== MODERN) await listens
  await transport.terminateSession()
  const seen = [statuses(responses, 'GET'), statuses(responses, 'DELETE')]
  if (version === MODERN) return same([id, seen], [undefined, [[], []]])
  same([typeof id, seen], ['string', [[200], [204]]])
  const headers = { ...options.requestInit.headers, 'mcp-session-id': id }
  same((await fetch(url, { method: 'DELETE', headers })).status, 404)
}

function onlyGoodResponses(session, { responses }) {
  const good = session.version === MODERN ? [200] : [200, 202]
  takeLostProgress(session) // the cancelled stream's
  same([statuses(responses, 'POST').filter(status => !good.includes(status)), session.faults], [[], []])
}

// A client that stays: its call is answered, then the server ends, whatever streams are open.
async function callOutlivesSigterm({ connect }, server, token) {
  const target = endpoint(server.url, token)
  const session = await connect(target, () => {})
  if (session.version !== MODERN) await target.listens
  await session.client.listTools(undefined, LIMIT) // as over stdio: nothing is asked after the call
  let ended
  const onprogress = () => (ended ??= server.terminate())
  same(textOf(await callOk(session, 'count', { to: 30 }, { onprogress })), 'counted to 30')
  await ended()
  await session.client.close()
}

async function driveHttp(mode, flags, command) {
  const token = flags.includes('--token') ? TOKEN : undefined
  const faults = []
  const server = await serve(command, token)
  if (token) await attempt('refused without the token', refusedWithoutToken, mode, server.url, token)
  const target = endpoint(server.url, token)
  const session = { faults, ...(await mode.connect(target, error => faults.push(error.message))) }
  await attempt('negotiated version', () => same(session.version, mode.version))
  for (const [name, check] of Object.entries(flags.includes('--hello') ? small : overHttp)) await attempt(name, check, session)
  await attempt('session end', sessionEnd, session, target)
  await session.client.close()
  await attempt('only good responses', onlyGoodResponses, session, target)
  await attempt('clean exit', server.terminate())
  if (flags.includes('--hello')) return

  await attempt('call outlives SIGTERM', callOutlivesSigterm, mode, await serve(command, token), token)
}

export async function run(mode, flags, server) {
  setTimeout(() => {
    console.log(`FAIL ${current}: not done after 60 s`)
    process.exit(1)
  }, 60_000)
  const driver = flags.includes('--http') || flags.includes('--token') ? driveHttp : drive
  await driver(mode, flags, server).catch(error => {
    failures++
    console.log(`FAIL ${current}: the client broke: ${error.message}`)
  })
  process.exit(failures > 0 ? 1 : 0)
}

export function parse(argv) {
  const split = argv.indexOf('--')
  return [argv.slice(2, split), argv.slice(split + 1)]
}
