// A provider that rotates refresh tokens and revokes all tokens of a login when an old one comes back (RFC 9700 section 4.14.2). Its
// access tokens live for eight seconds. In a process of its own, which tells what it has seen.
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { client } from '../settings.mjs'

/** Seconds. */
const lifetime = 8

const { privateKey, publicKey } = await generateKeyPair('RS256')
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
const families = new Map()
const seen = { refreshes: 0, reused: 0, revoked: 0, calls: 0, refused: 0 }
let issuer = ''

const routes = {
  '/.well-known/openid-configuration': () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
  }),
  '/jwks': () => jwks,
  '/userinfo': () => ({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@people.example', email_verified: true }),
  '/token': async (form) => {
    if (form.get('grant_type') === 'authorization_code') {
      const name = randomBytes(8).toString('hex')
      families.set(name, { count: 0, isRevoked: false })
      return await tokens(name, form.get('code').split('.')[1])
    }
    const [name, count] = (form.get('refresh_token') ?? '').split('.')
    const family = families.get(name)
    if (!family || family.isRevoked) return refused('invalid_grant')
    if (Number(count) !== family.count) {
      seen.reused++
      seen.revoked++
      family.isRevoked = true
      return refused('invalid_grant')
    }
    seen.refreshes++
    family.count++
    return await tokens(name)
  },
  '/api/repos': (_form, token) => {
    seen.calls++
    const [name, , until] = token.split('.')
    if (families.get(name) && !families.get(name).isRevoked && Number(until) > Date.now()) return []
    seen.refused++
    return { status: 401 }
  },
}

async function tokens(name, nonce) {
  const { count } = families.get(name)
  const idToken = () =>
    new SignJWT({ name: 'Ada Lovelace', email: 'ada@people.example', ...(nonce ? { nonce } : {}) })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject('ada')
      .setAudience(client.id)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  return {
    access_token: `${name}.${count}.${Date.now() + lifetime * 1000}`,
    refresh_token: `${name}.${count}`,
    token_type: 'Bearer',
    expires_in: lifetime,
    scope: 'openid profile email offline_access',
    id_token: await idToken(),
  }
}

const refused = (error) => ({ status: 400, error })

const server = createServer(async (req, res) => {
  let body = ''
  for await (const chunk of req) body += chunk
  const token = (req.headers.authorization ?? '').replace(/^\w+ /, '')
  const { status = 200, ...answer } = (await routes[req.url.split('?')[0]]?.(new URLSearchParams(body), token)) ?? { status: 404 }
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(Array.isArray(answer) ? [] : answer))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`
  process.send({ issuer, lifetime })
})
process.once('disconnect', () => process.exit())
process.on('message', () => process.send({ ...seen }))
