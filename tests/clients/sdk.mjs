// Drives an lmcp server over stdio or HTTP with the npm package @modelcontextprotocol/sdk.
// Usage: sdk.mjs [--hello] [--http | --token] -- SERVER [ARG...]
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import * as types from '@modelcontextprotocol/sdk/types.js'
import { parse, run } from './checks.mjs'

const SCHEMAS = {
  'elicitation/create': types.ElicitRequestSchema,
  'sampling/createMessage': types.CreateMessageRequestSchema,
  'roots/list': types.ListRootsRequestSchema
}

const [flags, server] = parse(process.argv)

async function connect(target, onerror, { capabilities, handlers = {} } = {}) {
  const client = new Client({ name: 'lmcp-client-checks', version: '1.0.0' }, { capabilities })
  for (const [method, handler] of Object.entries(handlers)) client.setRequestHandler(SCHEMAS[method], handler)
  const transport = target.url ? new StreamableHTTPClientTransport(target.url, target.options) : new StdioClientTransport(target)
  const passOn = transport.setProtocolVersion?.bind(transport)
  let version
  transport.setProtocolVersion = negotiated => {
    version = negotiated
    passOn?.(negotiated)
  }
  client.onerror = onerror
  await client.connect(transport, { timeout: 15_000 })
  return {
    client,
    transport,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    version,
    isNotFound: error => error.code === -32002
  }
}

await run({ version: '2025-11-25', probes: false, connect }, flags, server)
