// Gets into an lmcp server with the OAuth code of a published client, and an authorization server of its own.
// Usage: oauth.mjs client|sdk -- SERVER [ARG...]
// Prints one line per check; exits 1 if any failed, after 60 s at the latest.
import assert from 'node:assert/strict'
import { authority } from './authority.mjs'
import { serve } from './served.mjs'

const [package_, dashes, ...command] = process.argv.slice(2)
assert.equal(dashes, '--')
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = await {
  client: () => import('@modelcontextprotocol/client'),
  sdk: async () => ({
    ...await import('@modelcontextprotocol/sdk/client/index.js'),
    ...await import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    ...await import('@modelcontextprotocol/sdk/client/auth.js')
  })
}[package_]()

const REDIRECT = 'http://127.0.0.1:9/callback' // nobody listens: the code is read from where the user is sent
setTimeout(() => {
  console.log('FAIL it takes longer than 60 s')
  process.exit(1)
}, 60_000).unref()

let failed = false
async function check(name, work) {
  try {
    const result = await work()
    console.log(`ok ${name}`)
    return result
  } catch (error) {
    failed = true
    console.log(`FAIL ${name}: ${error.stack}`)
  }
}

// What a client remembers, and where it would send its user.
function provider() {
  const kept = {}
  return {
    kept,
    redirectUrl: REDIRECT,
    clientMetadata: {
      client_name: 'lmcp-client-checks',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none'
    },
    clientInformation: () => kept.client,
    saveClientInformation: client => { kept.client = client },
    tokens: () => kept.tokens,
    saveTokens: tokens => { kept.tokens = tokens },
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: verifier => { kept.verifier = verifier },
    redirectToAuthorization: url => { kept.url = url }
  }
}

async function connect(url, authProvider) {
  const client = new Client({ name: 'lmcp-client-checks', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(url, { authProvider })
  const connected = client.connect(transport, { timeout: 15_000 })
  return { client, transport, connected }
}

// Up to the user's consent and back.
async function authorize(url, authProvider) {
  const { transport, connected } = await connect(url, authProvider)
  await assert.rejects(connected, UnauthorizedError)
  const answer = await fetch(authProvider.kept.url, { redirect: 'manual' })
  assert.equal(answer.status, 302, await answer.text())
  const { searchParams } = new URL(answer.headers.get('location'))
  await transport.finishAuth(...(package_ === 'client' ? [searchParams] : [searchParams.get('code')]))
  await transport.close()
}

async function withServer(options, environment, work) {
  const { audience } = options
  const server = await authority({ audience })
  let args = ['--oidc', server.issuer]
  if (environment) {
    process.env.LMCP_OIDC = server.issuer
    args = []
  }
  const served = await serve([...command, ...args])
  delete process.env.LMCP_OIDC
  await work(server, served.url)
  server.close()
  await check('the server ends well', served.terminate())
}

await withServer({}, false, async ({ issuer, asked }, url) => {
  const auth = provider()
  await check('it is told where to ask, and registers', () => authorize(url, auth))
  await check('it asked for this server, with PKCE', () => {
    const { origin, searchParams } = auth.kept.url
    assert.equal(origin, issuer)
    assert.equal(searchParams.get('resource'), url.href)
    assert.equal(searchParams.get('code_challenge_method'), 'S256')
  })
  await check('the token gets in', async () => {
    const { client, connected } = await connect(url, auth)
    await connected
    const { content: [{ text }] } = await client.callTool({ name: 'whoami', arguments: {} })
    assert.match(text, /^ana, /)
    await client.close()
  })
  await check('keys are fetched once', () => {
    assert.equal(asked.filter(path => path === 'GET /keys').length, 1, asked.join())
    assert.equal(asked.filter(path => path === 'POST /register').length, 1, asked.join())
  })
  await check('a token that was changed does not', async () => {
    const [header, claims, signature] = auth.kept.tokens.access_token.split('.')
    const changed = `${header}.${claims}.${[...signature].reverse().join('')}`
    const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${changed}` } })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate'), /error="invalid_token"/)
  })
})

await withServer({ audience: () => 'https://other.example.com/mcp' }, true, async (_, url) => {
  const auth = provider()
  await check('a token for another server is given', () => authorize(url, auth))
  await check('and does not get in', async () => {
    const { connected } = await connect(url, auth)
    await assert.rejects(connected)
    const authorization = `Bearer ${auth.kept.tokens.access_token}`
    const answer = await fetch(url, { method: 'POST', headers: { authorization } })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate'), /error_description="the token is for another audience"/)
  })
})

process.exit(failed ? 1 : 0)
