import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { codeChallenge, sha256 } from '../../lib/base/random.js'
import { callback, callbackMethods, stateOf } from '../../lib/callback.js'
import { login, targetOf } from '../../lib/login.js'
import { transactionLifetime } from '../../lib/model/login.js'
import { protocol } from '../../lib/protocols/oauth2/oauth2.js'
import type { CallbackParameters, Client, Context, LoginOptions, ProtocolName, ResolvedProvider, Transaction } from '../../lib/types.js'
import { contextFor } from '../support/context.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** Both phases of a login, by OAuth 2.0 against a small server. */

let server: SmallServer
let profile: unknown
beforeEach(async () => {
  profile = { id: 7, name: 'Ada' }
  server = await startServer(({ url }, res) => {
    sendJson(res, url === '/token' ? { access_token: 'a', token_type: 'bearer', expires_in: 60 } : profile)
  })
})
afterEach(async () => {
  await server.close()
})

const client: Client = { clientId: 'the-client', clientSecret: 'the-secret' }
function contextOf(provider: Partial<ResolvedProvider> = {}, parts: Partial<Context> = {}): Context {
  return contextFor({
    client,
    ...parts,
    provider: {
      tokenEndpoint: `${server.origin}/token`,
      userinfoEndpoint: `${server.origin}/me`,
      profile: { id: 'id', name: 'name' },
      issuer: 'https://id.example',
      ...provider,
    },
  } as never)
}

interface Started {
  context: Context
  transaction: Transaction
  parameters: CallbackParameters
  location: URL
}
async function start(context: Context = contextOf(), options: LoginOptions = {}): Promise<Started> {
  const { location, transaction } = await login(context, options)
  const url = new URL(location)
  return { context, transaction, location: url, parameters: { code: 'the code', state: url.searchParams.get('state') ?? '' } }
}

describe('The start of a login', () => {
  test('remembers what the callback must fit, and of the state only a digest', async () => {
    const { context, transaction, location, parameters } = await start(contextOf({}, { now: () => 1_800_000_000_000 }), {
      returnTo: '/a',
      scope: ['more'],
      maxAge: 60,
    })
    expect(transaction).toEqual({
      slug: 'invented',
      id: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      stateHash: sha256(parameters['state'] ?? ''),
      target: targetOf(context),
      createdAt: 1_800_000_000_000,
      scope: ['profile', 'more'],
      returnTo: '/a',
      maxAge: 60,
      codeVerifier: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    expect(location.searchParams.get('code_challenge')).toBe(codeChallenge(transaction.codeVerifier ?? ''))
    expect(JSON.stringify(transaction)).not.toContain(parameters['state'])
    // Nothing that is remembered goes with the browser.
    for (const kept of ['/a', transaction.codeVerifier ?? '', transaction.target, transaction.stateHash, transaction.id])
      expect(decodeURIComponent(location.href)).not.toContain(`=${kept}&`)
  })

  test('leaves out what nobody asked for', async () => {
    expect(Object.keys((await start(contextOf({ pkce: false }))).transaction).sort()).toEqual([
      'createdAt',
      'id',
      'scope',
      'slug',
      'stateHash',
      'target',
    ])
    expect((await start(contextOf({ maxAge: 5 }))).transaction.maxAge).toBe(5)
    expect((await start(contextOf({ maxAge: 5 }), { maxAge: 0 })).transaction.maxAge).toBe(0)
  })

  test('without an authorization endpoint is a mistake of the configuration', async () => {
    const { provider } = contextOf()
    const { authorizationEndpoint: _none, ...rest } = provider
    await expect(login({ ...contextOf(), provider: rest })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('providers.invented.authorizationEndpoint') as unknown,
    })
  })
})

describe('Whom a login talks to', () => {
  const target = (provider: Partial<ResolvedProvider> = {}, clientId = 'the-client'): string =>
    targetOf(contextOf(provider, { client: { clientId } }))

  test.each<Partial<ResolvedProvider>>([
    { protocol: 'oidc' },
    { issuer: 'https://other.example' },
    { authorizationEndpoint: 'https://other.example' },
    { tokenEndpoint: 'https://other.example' },
    { userinfoEndpoint: 'https://other.example' },
    { requestTokenEndpoint: 'https://other.example' },
    { accessTokenEndpoint: 'https://other.example' },
  ])('changes with %j', (change) => {
    expect(target(change)).not.toBe(target())
  })

  test('changes with the client, the redirect URI, and with which address it is that changed', () => {
    expect(target({}, 'other')).not.toBe(target())
    expect(targetOf(contextOf({}, { redirectUri: 'https://app.example/auth/other/callback' }))).not.toBe(target())
    expect(target({ requestTokenEndpoint: 'https://x' })).not.toBe(target({ accessTokenEndpoint: 'https://x' }))
  })

  test('stays with what is only shown or asked for', () => {
    expect(target({ title: 'Other', scope: ['x'], profile: {}, pkce: false, hooks: {} })).toBe(target())
  })
})

describe('The end of a login', () => {
  test('gives user and tokens; the token call carries code, verifier and redirect URI', async () => {
    const { context, transaction, parameters } = await start()
    expect(await callback(context, transaction, parameters)).toMatchObject({
      user: { id: '7', key: 'invented$7', name: 'Ada' },
      tokens: { accessToken: 'a', tokenType: 'Bearer', scope: 'profile' },
    })
    expect(server.received.map(({ url }) => url)).toEqual(['/token', '/me'])
    expect(Object.fromEntries(new URLSearchParams(server.received[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the code',
      redirect_uri: context.redirectUri,
      code_verifier: transaction.codeVerifier,
    })
    expect(server.received[1]?.headers.authorization).toBe('Bearer a')
  })

  const refusals: [string, (started: Started) => Partial<Started> | Promise<Partial<Started>>, string][] = [
    ['no state', ({ parameters: { state: _state, ...rest } }) => ({ parameters: rest }), 'state_missing'],
    ['an empty state', ({ parameters }) => ({ parameters: { ...parameters, state: '' } }), 'state_missing'],
    [
      'no state, and a record without one',
      ({ transaction, parameters: { state: _state, ...rest } }) => ({
        parameters: rest,
        transaction: { ...transaction, stateHash: undefined as never },
      }),
      'state_missing',
    ],
    [
      'a record without a state',
      ({ transaction }) => ({ transaction: { ...transaction, stateHash: undefined as never } }),
      'state_mismatch',
    ],
    [
      'the digest for a state',
      ({ transaction, parameters }) => ({ parameters: { ...parameters, state: transaction.stateHash } }),
      'state_mismatch',
    ],
    ['another state', ({ parameters }) => ({ parameters: { ...parameters, state: `${parameters['state'] ?? ''}x` } }), 'state_mismatch'],
    [
      'a state in other case',
      ({ parameters }) => ({ parameters: { ...parameters, state: (parameters['state'] ?? '').toUpperCase() } }),
      'state_mismatch',
    ],
    ['the state of another login', async () => ({ parameters: (await start()).parameters }), 'state_mismatch'],
    [
      'a record of more than ten minutes',
      ({ transaction }) => ({ transaction: { ...transaction, createdAt: Date.now() - transactionLifetime - 1_000 } }),
      'state_expired',
    ],
    ['a record without a time', ({ transaction }) => ({ transaction: { ...transaction, createdAt: undefined as never } }), 'state_expired'],
    ['a record of another provider', ({ transaction }) => ({ transaction: { ...transaction, slug: 'other' } }), 'provider_mismatch'],
    ['another redirect URI', ({ context }) => ({ context: { ...context, redirectUri: `${context.redirectUri}/` } }), 'provider_mismatch'],
    ['a record of another target', ({ transaction }) => ({ transaction: { ...transaction, target: sha256('x') } }), 'provider_mismatch'],
    [
      'a record without a target',
      ({ transaction }) => ({ transaction: { ...transaction, target: undefined as never } }),
      'provider_mismatch',
    ],
    ['a changed token endpoint', () => ({ context: contextOf({ tokenEndpoint: `${server.origin}/token2` }) }), 'provider_mismatch'],
    ['another issuer', ({ parameters }) => ({ parameters: { ...parameters, iss: 'https://id.example/' } }), 'issuer_mismatch'],
    [
      'another issuer and an error',
      ({ parameters }) => ({ parameters: { ...parameters, iss: 'https://evil.example', error: 'access_denied' } }),
      'issuer_mismatch',
    ],
    ['an error and a code', ({ parameters }) => ({ parameters: { ...parameters, error: 'server_error' } }), 'provider_error'],
    ['a denial', ({ parameters }) => ({ parameters: { ...parameters, error: 'access_denied' } }), 'access_denied'],
    ['no code', ({ parameters: { code: _code, ...rest } }) => ({ parameters: rest }), 'bad_request'],
    ['a code of 5,000 characters', ({ parameters }) => ({ parameters: { ...parameters, code: 'x'.repeat(5_000) } }), 'bad_request'],
  ]

  test.each(refusals)('with %s is refused, without a call', async (_what, change, code) => {
    const started = await start()
    const { context, transaction, parameters } = { ...started, ...(await change(started)) }
    await expect(callback(context, transaction, parameters)).rejects.toMatchObject({
      code,
      provider: expect.stringMatching(/^(invented|other)$/) as unknown,
    })
    expect(server.received).toEqual([])
  })

  test('checks state, then age, then provider, then issuer, then error: the first that fails is told', async () => {
    const { context, transaction } = await start()
    const wrong = { state: 'other', iss: 'https://evil.example', error: 'access_denied' }
    const right = (await start(context)).parameters['state'] ?? ''
    const old = { ...transaction, slug: 'other', createdAt: 0 }
    await expect(callback(context, old, wrong)).rejects.toMatchObject({ code: 'state_mismatch' })
    await expect(callback(context, { ...old, stateHash: sha256(right) }, { ...wrong, state: right })).rejects.toMatchObject({
      code: 'state_expired',
    })
    await expect(
      callback(context, { ...old, stateHash: sha256(right), createdAt: Date.now() }, { ...wrong, state: right }),
    ).rejects.toMatchObject({ code: 'provider_mismatch' })
    await expect(callback(context, { ...transaction, stateHash: sha256(right) }, { ...wrong, state: right })).rejects.toMatchObject({
      code: 'issuer_mismatch',
    })
    await expect(
      callback(context, { ...transaction, stateHash: sha256(right) }, { ...wrong, state: right, iss: 'https://id.example' }),
    ).rejects.toMatchObject({ code: 'access_denied' })
    expect(server.received).toEqual([])
  })

  test('is in time until ten minutes are over', async () => {
    const { context, transaction, parameters } = await start()
    await expect(callback({ ...context, now: () => transaction.createdAt + 600_000 }, transaction, parameters)).resolves.toBeDefined()
    await expect(callback({ ...context, now: () => transaction.createdAt + 600_001 }, transaction, parameters)).rejects.toMatchObject({
      code: 'state_expired',
    })
  })

  test.each<[unknown]>([[{}], [{ id: null }], [[]], ['x'], [null]])('with the profile %j gives nobody', async (given) => {
    profile = given
    const { context, transaction, parameters } = await start()
    await expect(callback(context, transaction, parameters)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test("shows the entry's own hook the profile, the tokens and the token answer", async () => {
    const { context, transaction, parameters } = await start(
      contextOf({
        hooks: {
          userinfo: (raw, { accessToken }, { response, client: { clientId } }) => ({
            ...raw,
            id: `${accessToken}-${String(response['expires_in'])}-${clientId}`,
          }),
        },
      }),
    )
    expect((await callback(context, transaction, parameters)).user.id).toBe('a-60-the-client')
  })
})

test('Without a refresh token, a renewal asks for a new sign-in and makes no call', async () => {
  await expect(
    protocol.exchange(contextOf(), { type: 'refresh_token', tokens: { accessToken: 'a', tokenType: 'Bearer' } }),
  ).rejects.toMatchObject({ code: 'reauth_required' })
  expect(server.received).toEqual([])
})

test('A callback names its login by its state; one of OAuth 1.0a by the request token, also when the person said no', async () => {
  const named = (protocol: ProtocolName, parameters: CallbackParameters): Promise<string | undefined> =>
    stateOf(contextOf({ protocol }).provider, parameters)
  expect(await named('oauth2', { state: 's', oauth_token: 't' })).toBe('s')
  expect(await named('oidc', { oauth_token: 't' })).toBeUndefined()
  expect(await named('oauth1', { state: 's', oauth_token: 't', denied: 'd' })).toBe('t')
  expect(await named('oauth1', { denied: 'd' })).toBe('d')
  expect(await named('oauth1', { state: 's' })).toBeUndefined()
})

test('A callback comes by GET, and by POST where the provider was asked to post it', async () => {
  expect(await callbackMethods(contextOf().provider)).toEqual(['GET'])
  expect(await callbackMethods(contextOf({ responseMode: 'form_post' }).provider)).toEqual(['GET', 'POST'])
  expect(await callbackMethods(contextOf({ protocol: 'oauth1' }).provider)).toEqual(['GET'])
})
