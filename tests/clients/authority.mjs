// An OAuth 2.1 authorization server on loopback, as small as the clients take it: metadata, dynamic registration, PKCE with
// S256, authorization codes, access tokens signed by ES256. Whoever comes is Ana, who consents to everything.
// As `audience` says, its tokens are for the resource that was asked for, or for another one.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')

export async function authority({ audience = resource => resource } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [kid, clients, codes, asked] = [randomUUID(), new Map(), new Map(), []]
  let issuer

  function token(resource, scope) {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, sub: 'ana', aud: audience(resource), exp: now + 300, iat: now, scope }
    const signed = `${encode({ alg: 'ES256', typ: 'at+jwt', kid })}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }

  const answers = {
    'GET /.well-known/oauth-authorization-server': () => [200, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true
    }],
    'GET /keys': () => [200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] }],
    'POST /register': (_, body) => {
      const client = { ...JSON.parse(body), client_id: randomUUID() }
      clients.set(client.client_id, client)
      return [201, client]
    },
    'GET /authorize': query => {
      const asks = Object.fromEntries(query)
      assert(clients.get(asks.client_id).redirect_uris.includes(asks.redirect_uri), 'another redirect_uri')
      assert.equal(asks.response_type, 'code')
      assert.equal(asks.code_challenge_method, 'S256')
      const code = randomUUID()
      codes.set(code, asks)
      const back = new URL(asks.redirect_uri)
      back.search = new URLSearchParams({ code, iss: issuer, ...(asks.state && { state: asks.state }) })
      return [302, {}, { location: back.href }]
    },
    'POST /token': (_, body) => {
      const asks = Object.fromEntries(new URLSearchParams(body))
      const agreed = codes.get(asks.code)
      codes.delete(asks.code)
      assert(agreed, 'an unknown code')
      assert.equal(createHash('sha256').update(asks.code_verifier).digest('base64url'), agreed.code_challenge)
      for (const name of ['client_id', 'redirect_uri', 'resource']) assert.equal(asks[name], agreed[name], name)
      const access_token = token(agreed.resource, agreed.scope)
      return [200, { access_token, token_type: 'Bearer', expires_in: 300, scope: agreed.scope }]
    }
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer)
    const name = `${request.method} ${url.pathname}`
    asked.push(name)
    let body = ''
    for await (const chunk of request) body += chunk
    const answer = () => answers[name]?.(url.searchParams, body) ?? [404, { error: 'not_found' }]
    const [status, document, headers] = (() => {
      try {
        return answer()
      } catch (error) {
        return [400, { error: 'invalid_request', error_description: error.message }]
      }
    })()
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${server.address().port}`
  return { issuer, asked, close: () => server.closeAllConnections() ?? server.close() }
}
