// Drives an lmcp server over stdio or HTTP with the npm package @modelcontextprotocol/client.
// Usage: client.mjs default|auto|pinned [--hello] [--http | --token] -- SERVER [ARG...]
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import { Client, ResourceNotFoundError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { parse, run } from './checks.mjs'

const MODES = {
  default: { version: '2025-11-25', probes: false, options: {} }, // initialize
  auto: { version: '2026-07-28', probes: true, options: { versionNegotiation: { mode: 'auto' } } },
  pinned: { version: '2026-07-28', probes: true, options: { versionNegotiation: { mode: { pin: '2026-07-28' } } } }
}

const [[name, ...flags], server] = parse(process.argv)
const { version, probes, options } = MODES[name]

async function connect(target, onerror, { capabilities, handlers = {} } = {}) {
  const transport = target.url ? new StreamableHTTPClientTransport(target.url, target.options) : new StdioClientTransport(target)
  const client = new Client({ name: 'lmcp-client-checks', version: '1.0.0' }, { ...options, capabilities })
  // They answer the requests of a server before 2026-07-28, and what a result since asks for.
  for (const [method, handler] of Object.entries(handlers)) client.setRequestHandler(method, handler)
  client.onerror = onerror
  await client.connect(transport, { timeout: 15_000 })
  return {
    client,
    transport,
    call: (name, args, options) => client.callTool({ name, arguments: args }, options),
    version: client.getNegotiatedProtocolVersion(),
    isNotFound: error => error instanceof ResourceNotFoundError // needs the uri in the error's data
  }
}

await run({ version, probes, connect }, flags, server)
