// A provider for the benches: OAuth 2.0 and OpenID Connect on loopback, with answers of the size that large providers give, and
// whoever is asked says yes. It keeps nothing: a code carries what its tokens need. And the little of a browser that a sign-in needs.
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createHash, randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { request } from 'undici'

/** About a kilobyte, as signed access tokens and refresh tokens of large providers are. */
const tokenBytes = 750

/** @param tls key and certificate, and `front`, which is given the server's port and says at which one it is reached */
export async function startProvider({ tls } = {}) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keyId = 'ad1f5be39a6e0c17c8bd1b1bd3b3f3a51c1d1a4f'
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'RS256', use: 'sig' }] }
  let issuer = ''
  let people = 0
  let redeemed = 0

  const claims = (subject) => ({
    sub: subject,
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    email: `${subject}@people.example`,
    email_verified: true,
    picture: `https://pictures.example/a/ACg8ocJ0x2kq9VbYw3mNQ7zR5tLhUoE1sD4fGjK6pXcB8vTn=s96-c/${subject}`,
    locale: 'en-GB',
    zoneinfo: 'Europe/London',
  })
  const idToken = (subject, nonce, at_hash) =>
    new SignJWT({ ...claims(subject), nonce, at_hash, azp: 'the-client' })
      .setProtectedHeader({ alg: 'RS256', kid: keyId, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience('the-client')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
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
    '/userinfo': (_form, token) => claims(token.split('.')[0] ?? ''),
    '/token': async (form) => {
      const subject = form.get('refresh_token')?.split('.')[0] ?? `person-${String(people++).padStart(8, '0')}`
      redeemed++
      const [, nonce] = (form.get('code') ?? '').split('.')
      const [access_token, refresh_token] = [1, 2].map(() => `${subject}.${randomBytes(tokenBytes).toString('base64url')}`)
      const hash = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url')
      return {
        access_token,
        refresh_token,
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'openid profile email',
        ...(nonce ? { id_token: await idToken(subject, nonce, hash) } : {}),
      }
    },
  }
  const server = (tls ? createTlsServer : createServer)(tls ?? {}, async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const answer = await routes[req.url.split('?')[0]]?.(
      new URLSearchParams(body),
      (req.headers.authorization ?? '').slice('Bearer '.length),
    )
    res.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  issuer = tls ? `https://127.0.0.1:${await tls.front(port)}` : `http://127.0.0.1:${port}`
  return {
    issuer,
    approve: (location) => approve(issuer, location),
    redeemed: () => redeemed,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The callback that the visit at the provider leads to. */
export function approve(issuer, location) {
  const asked = new URL(location).searchParams
  const code = `${randomBytes(16).toString('base64url')}.${asked.get('nonce') ?? ''}`
  return `${new URL(asked.get('redirect_uri')).pathname}?${new URLSearchParams({ code, state: asked.get('state') ?? '', iss: issuer })}`
}

/** Entries for `providers`: the same provider by both protocols. */
export function entriesFor(issuer) {
  const client = { clientId: 'the-client', clientSecret: 'the secret of the client' }
  return {
    openid: { ...client, protocol: 'oidc', issuer, scope: ['openid', 'profile', 'email'] },
    oauth: {
      ...client,
      protocol: 'oauth2',
      authorizationEndpoint: `${issuer}/authorize`,
      tokenEndpoint: `${issuer}/token`,
      userinfoEndpoint: `${issuer}/userinfo`,
      scope: ['profile'],
      profile: { id: 'sub', name: 'name', email: 'email', picture: 'picture' },
    },
  }
}

/**
 * Signs a person in.
 * @returns the browser's `Cookie` header, and what was set on the way, by name
 */
export async function signIn(base, provider, slug, dispatcher) {
  const cookies = new Map()
  const visit = async (path) => {
    const { statusCode, headers, body } = await request(base + path, {
      headers: { ...browserHeaders, cookie: cookieHeader(cookies) },
      ...(dispatcher ? { dispatcher } : {}),
    })
    const text = await body.text()
    if (statusCode >= 400) throw new Error(`${path}: ${statusCode} ${/<code>.*/.exec(text)?.[0] ?? text}`)
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return headers.location
  }
  const started = await visit(`/auth/${slug}`)
  const underWay = new Map(cookies)
  await visit(provider.approve(started))
  return { cookie: cookieHeader(cookies), cookies, underWay }
}

/** What a browser sends with every request. */
export const browserHeaders = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.5',
  'accept-encoding': 'gzip, deflate, br, zstd',
}

function cookieHeader(cookies) {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

if (process.argv[2] === 'serve' && process.send) {
  const { issuer, redeemed } = await startProvider()
  process.once('disconnect', () => process.exit())
  process.on('message', () => process.send({ redeemed: redeemed() }))
  process.send({ issuer })
}
