import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Agent } from 'undici'
import { isObject } from '../../lib/base/json.js'
import { codeChallenge } from '../../lib/base/random.js'
import type { LoginFacts, Registration } from '../../lib/types.js'
import type { Fixture } from './fixtures.js'

/** A provider of the catalogue that gives its fixture's answers: on this machine, at its own addresses. */
export interface FakeProvider {
  /** The way out that leads every host of the world to this machine. */
  http: { dispatcher: unknown; agent: unknown }
  /** What the authorization request said; set by the test, checked by the token endpoint. */
  authorization: URLSearchParams
  /** What was done, in order. */
  calls: string[]
  /** What the provider would have refused. */
  complaints: string[]
  close: () => Promise<void>
}

const keys = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'fake', alg: 'RS256', use: 'sig' }

interface Received {
  method: string
  url: URL
  headers: IncomingMessage['headers']
  body: string
}

/** @param accessToken what the fixture's token answer holds, after the entry's hook */
export async function startFakeProvider({ provider, client }: Registration, fixture: Fixture, accessToken: string): Promise<FakeProvider> {
  const fake: Omit<FakeProvider, 'http' | 'close'> = { authorization: new URLSearchParams(), calls: [], complaints: [] }
  const complain = (what: string): void => {
    fake.complaints.push(what)
  }
  const names = provider.parameterNames ?? {}
  const named = (name: string): string => names[name] ?? name

  async function answer(request: Received): Promise<{ status?: number; body: unknown }> {
    const address = request.url.origin + request.url.pathname
    const isAt = (endpoint: string | undefined): boolean => endpoint !== undefined && address === stripped(endpoint)
    if (provider.protocol === 'oidc') {
      const issuer = (provider.issuer ?? '').replace(/\/$/, '')
      if (request.method === 'GET' && isAt(provider.discoveryEndpoint ?? `${issuer}/.well-known/openid-configuration`))
        return { body: discovery(issuer) }
      if (request.method === 'GET' && isAt(`${issuer}/fake/keys`)) return { body: { keys: [jwk] } }
      if (isAt(`${issuer}/fake/token`)) return { body: await idTokenAnswer(request) }
      if (isAt(provider.userinfoEndpoint ?? `${issuer}/fake/userinfo`)) return { body: userinfo(request) }
    }
    if (provider.protocol === 'oauth2' && isAt(provider.tokenEndpoint)) return { body: tokenAnswer(request) }
    if (provider.protocol === 'oauth1' && isAt(provider.requestTokenEndpoint)) return { body: requestToken(request) }
    if (provider.protocol === 'oauth1' && isAt(provider.accessTokenEndpoint)) return { body: signedTokenAnswer(request) }
    if (isAt(provider.userinfoEndpoint)) return { body: userinfo(request) }
    const extra = extraRequest(request)
    if (extra !== undefined) return { body: extra }
    complain(`unregistered call: ${request.method} ${address}`)
    return { status: 404, body: { error: 'not registered' } }
  }

  function discovery(issuer: string): unknown {
    return {
      issuer: provider.issuer,
      authorization_endpoint: `${issuer}/fake/authorize`,
      token_endpoint: `${issuer}/fake/token`,
      jwks_uri: `${issuer}/fake/keys`,
      ...(fixture.userinfo === undefined || Object.keys(fixture.userinfo).length === 0
        ? {}
        : { userinfo_endpoint: `${issuer}/fake/userinfo` }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    }
  }

  async function idTokenAnswer(request: Received): Promise<unknown> {
    const body = tokenAnswer(request)
    const nonce = fake.authorization.get('nonce')
    const now = Math.floor(Date.now() / 1000)
    const idToken = await new SignJWT({
      ...fixture.claims,
      iss: provider.issuer ?? '',
      aud: client.clientId,
      iat: now,
      exp: now + 600,
      ...(nonce === null ? {} : { nonce }),
      // Issued to us, where the documentation says to whom.
      ...(fixture.claims?.['azp'] === undefined ? {} : { azp: client.clientId }),
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'fake' })
      .sign(keys.privateKey)
    return { ...(body as object), id_token: idToken }
  }

  function tokenAnswer(request: Received): unknown {
    fake.calls.push('token')
    const form = formOf(request)
    checkMethod(request, provider.tokenMethod ?? 'POST')
    checkClient(request, form)
    expectField(form, named('grant_type'), 'authorization_code')
    expectField(form, named('code'), 'the-code')
    expectField(form, named('redirect_uri'), fake.authorization.get(named('redirect_uri')))
    const verifier = form.get('code_verifier')
    const challenge = fake.authorization.get('code_challenge')
    const derived = verifier === null ? null : provider.pkceMethod === 'plain' ? verifier : codeChallenge(verifier)
    if (derived !== challenge) complain('the code verifier does not belong to the code challenge')
    return fixture.tokenResponse
  }

  function checkClient({ headers }: Received, form: URLSearchParams): void {
    const secret = client.clientSecret ?? ''
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1]
    const [id, password] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':').map(formDecode)
    switch (provider.clientAuth) {
      case 'post':
        if (form.get(named('client_id')) !== client.clientId || form.get(named('client_secret')) !== secret)
          complain('the client is not named in the form')
        break
      case 'none':
        if (form.get(named('client_id')) !== client.clientId || form.has('client_secret') || basic !== undefined)
          complain('a public client sends its id and nothing else')
        break
      case 'private_key_jwt':
      case 'client_secret_jwt':
        if (form.get('client_assertion')?.split('.').length !== 3) complain('the client sends no assertion')
        break
      case 'basic_raw':
        if (Buffer.from(basic ?? '', 'base64').toString() !== `${client.clientId}:${secret}`)
          complain('the client does not authenticate by plain basic')
        break
      case 'basic':
      case undefined:
        if (id !== client.clientId || password !== secret) complain('the client does not authenticate by basic')
        if (form.has('client_secret')) complain('the client secret is in header and form')
        break
      default:
        if (![...form.keys()].includes(named('client_secret'))) complain("the entry's own client authentication sends no secret")
    }
  }

  function requestToken(request: Received): unknown {
    fake.calls.push('request token')
    checkMethod(request, 'POST')
    expectSigned(request)
    if (!(request.headers.authorization ?? '').includes('oauth_callback=')) complain('the request-token call has no oauth_callback')
    return 'oauth_token=the-request-token&oauth_token_secret=its-secret&oauth_callback_confirmed=true'
  }

  function signedTokenAnswer(request: Received): unknown {
    fake.calls.push('token')
    expectSigned(request)
    if (!(request.headers.authorization ?? '').includes('oauth_verifier="the-verifier"'))
      complain('the access-token call has no oauth_verifier')
    return typeof fixture.tokenResponse === 'string'
      ? fixture.tokenResponse
      : new URLSearchParams(fixture.tokenResponse as Record<string, string>).toString()
  }

  function expectSigned({ headers, url }: Received): void {
    if (!/^OAuth .*oauth_signature=/.test(headers.authorization ?? '') && !url.searchParams.has('oauth_signature'))
      complain('a call is not signed')
  }

  function userinfo(request: Received): unknown {
    fake.calls.push('userinfo')
    checkMethod(request, provider.userinfoForm || provider.userinfoJson ? 'POST' : (provider.userinfoMethod ?? 'GET'))
    for (const [name, value] of Object.entries(made(provider.userinfoQuery))) {
      if (request.url.searchParams.get(name) !== value) complain(`the userinfo request lacks ${name}=${value}`)
    }
    for (const [name, value] of Object.entries(made(provider.userinfoForm))) expectField(formOf(request), name, value)
    if (provider.userinfoJson && request.body !== JSON.stringify(provider.userinfoJson)) complain('the userinfo request has another body')
    for (const [name, value] of Object.entries(provider.apiHeaders ?? {})) {
      if (request.headers[name.toLowerCase()] !== value && name !== 'accept') complain(`a call to the API lacks the header ${name}`)
    }
    checkToken(request)
    return fixture.userinfo
  }

  function checkToken(request: Received): void {
    if (provider.protocol === 'oauth1') {
      expectSigned(request)
      return
    }
    const parameter = provider.tokenParameter ?? 'access_token'
    if (provider.tokenPlacement === 'query') {
      if (request.url.searchParams.get(parameter) !== accessToken) complain('the token is not in the query')
    } else if (provider.tokenPlacement === 'body') {
      if (formOf(request).get(parameter) !== accessToken) complain('the token is not in the form')
    } else {
      const { tokenHeader = 'authorization', tokenScheme = 'Bearer' } = provider
      if (request.headers[tokenHeader.toLowerCase()] !== `${tokenScheme} ${accessToken}`.trim())
        complain(`the token is not in the header ${tokenHeader}`)
    }
    if ((request.headers['user-agent'] ?? '') === '') complain('a call has no User-Agent')
  }

  function extraRequest(request: Received): unknown {
    const raw: Record<string, unknown> = isObject(fixture.userinfo) ? { ...fixture.userinfo } : {}
    for (const [name, extra] of Object.entries(provider.extraRequests ?? {})) {
      const value = fixture.extraRequests?.[name]
      if (sameAddress(request.url, typeof extra === 'function' ? extra({ ...raw }, facts()) : extra)) {
        fake.calls.push(name)
        checkToken(request)
        return value
      }
      if (value !== undefined) raw[name] = value
    }
    return undefined
  }

  function facts(): LoginFacts {
    return { client, response: isObject(fixture.tokenResponse) ? fixture.tokenResponse : {}, callback: fixture.callback ?? {} }
  }

  function made(parameters: Registration['provider']['userinfoQuery']): Record<string, string> {
    return typeof parameters === 'function' ? parameters(facts()) : (parameters ?? {})
  }

  function checkMethod({ method, url }: Received, expected: string): void {
    if (method !== expected) complain(`${method} ${url.pathname} instead of ${expected}`)
  }

  function expectField(form: URLSearchParams, name: string, value: string | null): void {
    if (form.get(name) !== value) complain(`a form has ${name}=${String(form.get(name))} instead of ${String(value)}`)
  }

  const server = createServer((req, res) => {
    void serve(req, res, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const dial = (): Socket => connect(port, '127.0.0.1')
  const dispatcher = new Agent({
    connect: (_options, done) => {
      const socket = dial()
      socket.once('connect', () => {
        done(null, socket)
      })
    },
  })
  const agent = Object.assign(new HttpsAgent(), { createConnection: dial })
  return Object.assign(fake, {
    http: { dispatcher, agent },
    close: async () => {
      await dispatcher.destroy()
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  answer: (request: Received) => Promise<{ status?: number; body: unknown }>,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part)
  const url = new URL(`https://${req.headers.host ?? ''}${req.url ?? ''}`)
  const { status = 200, body } = await answer({
    method: req.method ?? '',
    url,
    headers: req.headers,
    body: Buffer.concat(parts).toString(),
  })
  const isText = typeof body === 'string'
  res.writeHead(status, { 'content-type': isText ? 'application/x-www-form-urlencoded' : 'application/json' })
  res.end(isText ? body : JSON.stringify(body))
}

function formOf({ method, url, headers, body }: Received): URLSearchParams {
  if (method === 'GET') return url.searchParams
  return headers['content-type']?.includes('json')
    ? new URLSearchParams(JSON.parse(body) as Record<string, string>)
    : new URLSearchParams(body)
}

// RFC 6749 section 2.3.1: both halves are form-encoded.
function formDecode(text: string): string {
  return new URLSearchParams(`=${text}`).get('') ?? ''
}

function stripped(endpoint: string): string {
  const url = new URL(endpoint)
  return url.origin + url.pathname
}

// The token may have been added to the query.
function sameAddress(url: URL, address: string): boolean {
  const expected = new URL(address)
  return (
    url.origin === expected.origin
    && url.pathname === expected.pathname
    && [...expected.searchParams].every(([name, value]) => url.searchParams.get(name) === value)
  )
}
