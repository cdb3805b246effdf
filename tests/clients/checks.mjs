// The checks that client.mjs and sdk.mjs share; their clients differ in little but their names.
// run() takes what a mode promises, and connect(), which gives {client, transport, call, version, isNotFound}, and whose
// third argument is what the client answers to a server's questions, if it does.
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { serve } from './served.mjs'

const INVALID_PARAMS = -32602
const MISSING_CAPABILITY = -32021
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

// The calls that ask, and what is asked of a client that answers nothing.
const LACKING = [
  { name: 'book', args: { day: 'Friday' }, capability: 'elicitation.form', required: { elicitation: { form: {} } } },
  { name: 'sum_up', args: { text: 'A long one.' }, capability: 'sampling', required: { sampling: {} } },
  { name: 'folders', args: {}, capability: 'roots', required: { roots: {} } }
]

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
    const { add, forecast, ...others } = Object.fromEntries(tools.map(tool => [tool.name, tool]))
    same(Object.keys(others).sort(), ['book', 'count', 'divide', 'folders', 'sum_up', 'wait'])
    for (const tool of tools) same(tool.inputSchema.type, 'object')
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
  },
  async 'nobody to ask'({ call, version }) {
    for (const { name, args, capability, required } of LACKING) {
      if (version === MODERN) {
        const says = ({ code, data }) => isDeepStrictEqual([code, data?.requiredCapabilities], [MISSING_CAPABILITY, required])
        await fails(call(name, args, LIMIT), says)
        continue
      }
      const result = await call(name, args, LIMIT)
      const why = `the question cannot be asked: the client does not offer \`${capability}\``
      same([result.isError, textOf(result)], [true, why])
    }
  }
}

const FORM = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Who is coming.' },
    table: {
      type: 'string',
      oneOf: [{ const: 'window', title: 'By the window' }, { const: 'garden', title: 'In the garden' }]
    },
    guests: { type: 'integer', minimum: 1, maximum: 12 }
  },
  required: ['name', 'table']
}

const accept = content => ({ action: 'accept', content })

// Whoever is asked through a client: its user, its model. Notes the questions, and answers as the check says.
function newSomeone() {
  const someone = { asked: [], answer: () => assert.fail('nothing should be asked') }
  const handler = (request, { signal, mcpReq }) => {
    someone.asked.push(request.params)
    return someone.answer(request.params, signal ?? mcpReq.signal)
  }
  someone.options = {
    capabilities: { elicitation: { form: {} }, sampling: {}, roots: { listChanged: true } },
    handlers: { 'elicitation/create': handler, 'sampling/createMessage': handler, 'roots/list': handler }
  }
  // Gives these answers to the next questions, and notes only those.
  someone.answers = (...answers) => {
    someone.asked = []
    someone.answer = () => answers.shift() ?? assert.fail('one question too many')
  }
  return someone
}

const book = async session => textOf(await callOk(session, 'book', { day: 'Friday' }))

const asking = {
  async 'elicitation accepted'(session) {
    session.someone.answers(accept({ name: 'Ada', table: 'garden', guests: 4 }))
    same(await book(session), 'Ada has a table in the garden for 4 on Friday')
    const [{ mode, message, requestedSchema }, ...others] = session.someone.asked
    same([mode, message, requestedSchema, others], ['form', 'A table for Friday:', FORM, []])
    same(Object.keys(requestedSchema.properties), ['name', 'table', 'guests'])
  },
  async 'elicitation accepted, a field left empty'(session) {
    session.someone.answers(accept({ name: 'Zoë', table: 'window' }))
    same(await book(session), 'Zoë has a table by the window for 2 on Friday')
  },
  async 'elicitation declined'(session) {
    session.someone.answers({ action: 'decline' })
    same(await book(session), 'nothing is booked')
    same(session.someone.asked.length, 1)
  },
  async 'elicitation cancelled'(session) {
    session.someone.answers({ action: 'cancel' })
    const result = await session.call('book', { day: 'Friday' }, LIMIT)
    same([result.isError, textOf(result)], [true, 'the user closed the question without answering'])
  },
  async 'two elicitations in one call'(session) {
    const party = accept({ name: 'Ada', table: 'garden', guests: 12 })
    session.someone.answers(party, accept({ value: true }))
    same(await book(session), 'Ada has a table in the garden for 12 on Friday')
    const messages = session.someone.asked.map(({ message }) => message)
    same(messages, ['A table for Friday:', '12 pay in advance. Is that all right?'])
    session.someone.answers(party, accept({ value: false }))
    same(await book(session), 'nothing is booked')
  },
  // It is asked for again since 2026-07-28.
  async 'elicitation with a wrong answer'(session) {
    const wrong = accept({ name: 'Ada', table: 'garden', guests: 99 })
    const why = 'guests: expected an integer from 1 to 12'
    session.someone.answers(wrong, accept({ name: 'Ada', table: 'garden', guests: 9 }), accept({ value: true }))
    const result = await session.call('book', { day: 'Friday' }, LIMIT)
    const text = textOf(result)
    if (session.version !== MODERN) {
      return same([result.isError, text], [true, `the client's answer does not fit the question: ${why}`])
    }
    same(text, 'Ada has a table in the garden for 9 on Friday')
    same(session.someone.asked[1].message, `A table for Friday:\n\nThe last answer does not fit: ${why}`)
  },
  async 'concurrent elicitations'(session) {
    session.someone.answer = ({ message }) => accept({ name: message.split(' ').at(-1), table: 'window' })
    const days = [...Array(10).keys()].map(day => `day-${day}`)
    const texts = days.map(async day => textOf(await callOk(session, 'book', { day })))
    same(await Promise.all(texts), days.map(day => `${day}: has a table by the window for 2 on ${day}`))
  },
  // The user is asked no longer: before 2026-07-28 the server takes its question back. The handler has to listen to its
  // signal: @modelcontextprotocol/client waits for it in 2026-07-28 before it gives up the call.
  async 'cancelled while it asks'(session) {
    const abort = new AbortController()
    const stopped = new Promise(resolve => {
      session.someone.answer = (_, signal) => {
        const answer = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        answer.catch(resolve)
        abort.abort('enough')
        return answer
      }
    })
    await fails(session.call('book', { day: 'Friday' }, { ...LIMIT, signal: abort.signal }))
    await stopped
    await add(session)
  },
  async sampling(session) {
    const answer = { type: 'text', text: 'Short.' }
    session.someone.answers({ role: 'assistant', content: answer, model: 'none', stopReason: 'endTurn' })
    same(textOf(await callOk(session, 'sum_up', { text: 'A long one.' })), 'Short.')
    const [{ messages, maxTokens }] = session.someone.asked
    const content = { type: 'text', text: 'Sum this up in one sentence:\nA long one.' }
    same([messages, maxTokens], [[{ role: 'user', content }], 200])
  },
  // Before 2026-07-28 they are asked for once, and again when the client says that they changed.
  async roots(session) {
    const folders = async () => textOf(await callOk(session, 'folders', {}))
    const old = { roots: [{ uri: 'file:///home/ada', name: 'Ada' }, { uri: 'file:///srv' }] }
    const fresh = { roots: [{ uri: 'file:///home/bob' }] }
    session.someone.answers(old, fresh)
    same(await folders(), 'file:///home/ada, file:///srv')
    if (session.version !== MODERN) {
      same(await folders(), 'file:///home/ada, file:///srv')
      await session.client.sendRootsListChanged()
    }
    same(await folders(), 'file:///home/bob')
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
  const start = async (record, options) => {
    const launch = { command: 'python3', args: [launcher, record, ...server] }
    return { faults, ...(await connect(launch, error => faults.push(error.message), options)) }
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

  const askingRecord = join(folder, 'asking')
  const someone = newSomeone()
  const answering = { someone, ...(await start(askingRecord, someone.options)) }
  for (const [name, check] of Object.entries(asking)) await attempt(name, check, answering)
  const answered = Date.now()
  await answering.client.close()
  await attempt('clean exit after questions', cleanExit, askingRecord, answered, IDLE_EXIT_MS)
  await attempt('only valid questions', () => same(faults, []))

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

// Calls that need what the client lacks are refused, since 2026-07-28 with a status of their own.
function onlyGoodResponses(session, { responses }, lacking) {
  const good = session.version === MODERN ? [200] : [200, 202]
  const refused = session.version === MODERN ? Array(lacking).fill(400) : []
  takeLostProgress(session) // the cancelled stream's
  same([statuses(responses, 'POST').filter(status => !good.includes(status)), session.faults], [refused, []])
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

// Questions travel on the stream of the call that asks, and answers are requests of their own, before 2026-07-28.
async function askOverHttp({ connect }, url, token) {
  const faults = []
  const target = endpoint(url, token)
  const someone = newSomeone()
  const onerror = error => faults.push(error.message)
  const session = { faults, someone, ...(await connect(target, onerror, someone.options)) }
  for (const [name, check] of Object.entries(asking)) await attempt(name, check, session)
  await session.client.close()
  await attempt('only good responses to answers', onlyGoodResponses, session, target, 0)
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
  const lacking = flags.includes('--hello') ? 0 : LACKING.length
  await attempt('only good responses', onlyGoodResponses, session, target, lacking)
  if (!flags.includes('--hello')) await askOverHttp(mode, server.url, token)
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
