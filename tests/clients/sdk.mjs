// Drives an lmcp server over stdio with the npm package @modelcontextprotocol/sdk.
// Usage: sdk.mjs [--hello] -- SERVER [ARG...]
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { parse, run } from './checks.mjs'

const [flags, server] = parse(process.argv)

async function connect(launch, onerror) {
  const client = new Client({ name: 'lmcp-client-checks', version: '1.0.0' })
  const transport = new StdioClientTransport(launch)
  let version
  transport.setProtocolVersion = negotiated => (version = negotiated)
  client.onerror = onerror
  await client.connect(transport, { timeout: 15_000 })
  return {
    client,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    version,
    isNotFound: error => error.code === -32002
  }
}

await run({ version: '2025-11-25', probes: false, connect }, flags, server)
