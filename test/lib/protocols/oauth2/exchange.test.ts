import { afterEach, describe, expect, test } from '@jest/globals'
import { protocol } from '../../../../lib/protocols/oauth2/oauth2.js'
import type { ClientContext } from '../../../../lib/refresh/refresher.js'
import { canRefresh } from '../../../../lib/tokens/canRefresh.js'
import type { ResolvedProvider, Tokens } from '../../../../lib/types.js'
import { catalogue } from '../../../../providers/index.js'
import { contextFor } from '../../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../../support/unitServer.js'

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

const seconds = 1_700_000_000
const day = 24 * 3600
const shortLived: Tokens = { accessToken: 'short', tokenType: 'Bearer', issuedAt: seconds - 60, expiresAt: seconds + 3540 }
const longLived: Tokens = {
  accessToken: 'long',
  tokenType: 'Bearer',
  scope: 'a b',
  issuedAt: seconds - 50 * day,
  expiresAt: seconds + 10 * day,
}
const ended: Tokens = { accessToken: 'ended', tokenType: 'Bearer', issuedAt: seconds - 60 * day, expiresAt: seconds - 1 }

const exchange = { grantType: 'exchange', parameter: 'old' } as const

describe('Tokens can be refreshed', () => {
  const of = (renewal: ResolvedProvider['renewal'], tokens: Tokens): boolean =>
    canRefresh(contextFor({ now: () => seconds * 1000, provider: renewal === undefined ? {} : { renewal } }), tokens)

  test.each<[ResolvedProvider['renewal'], Tokens, boolean]>([
    [undefined, longLived, false],
    [undefined, { ...longLived, refreshToken: 'r' }, true],
    [undefined, { ...ended, refreshToken: 'r' }, true],
    ['standard', longLived, false],
    ['standard', { ...longLived, refreshToken: 'r' }, true],
    ['none', { ...longLived, refreshToken: 'r' }, false],
    [exchange, longLived, true],
    [exchange, ended, false],
    [exchange, { accessToken: 'a', tokenType: 'Bearer' }, true],
    [exchange, { ...ended, refreshToken: 'r' }, false],
  ])('with the strategy %j, of %j: %p', (renewal, tokens, expected) => {
    expect(of(renewal, tokens)).toBe(expected)
  })

  test("by a grant of the application's own, whatever the strategy", () => {
    expect(canRefresh(contextFor({ provider: { renewal: 'none' } }), ended, { grant: { type: 'client_credentials' } })).toBe(true)
  })
})

/** The requests that a renewal makes, and the context that makes them. */
interface Sent {
  method: string
  path: string
  parameters: Record<string, string>
  authorization: string | undefined
}
const exchanged = { access_token: 'new', token_type: 'bearer', expires_in: 60 * day }

async function exchanging(
  provider: Partial<ResolvedProvider>,
  body: unknown = exchanged,
  status = 200,
): Promise<{ context: ClientContext; sent: () => Sent[] }> {
  const server = await startServer((_request, res) => {
    sendJson(res, body, status)
  })
  open.push(server)
  const renewal = typeof provider.renewal === 'object' ? here(provider.renewal, server.origin) : provider.renewal
  return {
    context: contextFor({
      now: () => seconds * 1000,
      provider: { tokenEndpoint: `${server.origin}/token`, ...provider, ...(renewal ? { renewal } : {}) },
    }),
    sent: () =>
      server.received.map(({ method, url, body: form, headers }) => {
        const asked = new URL(url, server.origin)
        return {
          method,
          path: asked.pathname,
          parameters: Object.fromEntries(method === 'GET' ? asked.searchParams : new URLSearchParams(form)),
          authorization: headers.authorization,
        }
      }),
  }
}

type Exchange = Exclude<Required<ResolvedProvider>['renewal'], string>

/** The same exchange at the unit server. */
function here({ shortLived: first, ...renewal }: Exchange, origin: string): Exchange {
  const moved = <E extends { endpoint?: string }>(one: E): E =>
    one.endpoint === undefined ? one : { ...one, endpoint: origin + new URL(one.endpoint).pathname }
  return { ...moved(renewal), ...(first ? { shortLived: moved(first) } : {}) }
}

describe('An exchange of the access token', () => {
  test("goes to the token endpoint as a form with the client's authentication, unless told", async () => {
    const { context, sent } = await exchanging({ renewal: exchange })
    const { tokens } = await protocol.exchange(context, { type: 'refresh_token', tokens: longLived })
    expect(tokens).toEqual({ accessToken: 'new', tokenType: 'Bearer', scope: 'a b', issuedAt: seconds, expiresAt: seconds + 60 * day })
    expect(sent()).toEqual([
      {
        method: 'POST',
        path: '/token',
        parameters: { grant_type: 'exchange', old: 'long' },
        authorization: expect.stringContaining('Basic') as unknown,
      },
    ])
  })

  test('may be a GET elsewhere, of the token alone', async () => {
    const { context, sent } = await exchanging({
      renewal: { ...exchange, endpoint: 'https://id.example/longer', method: 'GET', authenticated: false },
    })
    await protocol.exchange(context, { type: 'refresh_token', tokens: longLived })
    expect(sent()).toEqual([
      { method: 'GET', path: '/longer', parameters: { grant_type: 'exchange', old: 'long' }, authorization: undefined },
    ])
  })

  test("passes the entry's parameters and its hooks", async () => {
    const { context, sent } = await exchanging(
      {
        renewal: exchange,
        tokenParams: { more: '1' },
        defaultTokenType: 'Bearer',
        hooks: { tokenRequest: (form) => ({ ...form, hooked: 'yes' }), tokenResponse: ({ data }) => data as Record<string, unknown> },
      },
      { data: { access_token: 'deep' } },
    )
    expect((await protocol.exchange(context, { type: 'refresh_token', tokens: longLived })).tokens.accessToken).toBe('deep')
    expect(sent()[0]?.parameters).toEqual({ grant_type: 'exchange', old: 'long', more: '1', hooked: 'yes' })
  })

  test('of a token that has ended is not tried', async () => {
    const { context, sent } = await exchanging({ renewal: exchange })
    await expect(protocol.exchange(context, { type: 'refresh_token', tokens: ended })).rejects.toMatchObject({ code: 'reauth_required' })
    await expect(context.refresher.refresh(context, { held: ended })).rejects.toMatchObject({ code: 'reauth_required' })
    expect(sent()).toEqual([])
  })

  test('that is refused asks for a new sign-in', async () => {
    const { context } = await exchanging({ renewal: exchange }, { error: { message: 'canary', type: 'OAuthException', code: 190 } }, 400)
    await expect(context.refresher.refresh(context, { held: longLived })).rejects.toMatchObject({
      code: 'reauth_required',
      providerError: 'OAuthException',
    })
  })

  test("has no part in logins and in the application's own tokens", async () => {
    const { context, sent } = await exchanging({ renewal: exchange })
    await protocol.exchange(context, { type: 'client_credentials' })
    expect(sent()[0]?.parameters).toEqual({ grant_type: 'client_credentials' })
  })
})

describe('Of the catalogue', () => {
  const client = { client_id: 'the-client', client_secret: 'the-secret' }
  test.each<['facebook' | 'instagram' | 'threads', Tokens, object]>([
    [
      'facebook',
      shortLived,
      { method: 'POST', path: '/token', parameters: { ...client, grant_type: 'fb_exchange_token', fb_exchange_token: 'short' } },
    ],
    [
      'facebook',
      longLived,
      { method: 'POST', path: '/token', parameters: { ...client, grant_type: 'fb_exchange_token', fb_exchange_token: 'long' } },
    ],
    [
      'instagram',
      shortLived,
      { method: 'GET', path: '/access_token', parameters: { ...client, grant_type: 'ig_exchange_token', access_token: 'short' } },
    ],
    [
      'instagram',
      longLived,
      { method: 'GET', path: '/refresh_access_token', parameters: { grant_type: 'ig_refresh_token', access_token: 'long' } },
    ],
    [
      'threads',
      shortLived,
      { method: 'GET', path: '/access_token', parameters: { ...client, grant_type: 'th_exchange_token', access_token: 'short' } },
    ],
    [
      'threads',
      longLived,
      { method: 'GET', path: '/refresh_access_token', parameters: { grant_type: 'th_refresh_token', access_token: 'long' } },
    ],
  ])('%s exchanges %j as documented', async (slug, tokens, request) => {
    const { clientAuth, renewal, hooks, defaultTokenType } = catalogue[slug] as ResolvedProvider
    const { context, sent } = await exchanging({
      ...(clientAuth ? { clientAuth } : {}),
      ...(renewal ? { renewal } : {}),
      ...(hooks ? { hooks } : {}),
      ...(defaultTokenType ? { defaultTokenType } : {}),
    })
    expect((await protocol.exchange(context, { type: 'refresh_token', tokens })).tokens).toMatchObject({
      accessToken: 'new',
      expiresAt: seconds + 60 * day,
    })
    expect(sent()).toEqual([{ ...request, authorization: undefined }])
  })

  test.each(['instagram', 'threads'] as const)('the first token of %s lives for an hour, which its answer does not say', (slug) => {
    const { tokenResponse } = catalogue[slug].hooks ?? {}
    expect(tokenResponse?.({ access_token: 'a', user_id: '1' })).toEqual({ access_token: 'a', user_id: '1', expires_in: 3600 })
    expect(tokenResponse?.({ access_token: 'a', expires_in: 5183944 })).toEqual({ access_token: 'a', expires_in: 5183944 })
    expect(tokenResponse?.({ error: 'x' })).toEqual({ error: 'x' })
  })
})
