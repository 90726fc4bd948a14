import { afterEach, describe, expect, test } from '@jest/globals'
import { callback } from '../../../../lib/callback.js'
import { login } from '../../../../lib/login.js'
import { learnClock, timestampFor } from '../../../../lib/protocols/oauth1/clock.js'
import { protocol } from '../../../../lib/protocols/oauth1/oauth1.js'
import type { Context, HttpResponse, ResolvedProvider, Tokens } from '../../../../lib/types.js'
import { startOauth1Provider, type Oauth1Provider } from '../../../../testing/index.js'
import { contextFor } from '../../../support/context.js'
import { startServer, type Received } from '../../../support/unitServer.js'

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

const now = 1_800_000_000
const client = { clientId: 'client', clientSecret: 'secret' }
const tokens: Tokens = { accessToken: 'a', tokenSecret: 'b', tokenType: 'OAuth' }

function refusal(seconds: number | string, more: Partial<Omit<HttpResponse, 'body'>> & { body?: string } = {}): HttpResponse {
  const date = typeof seconds === 'string' ? seconds : new Date(seconds * 1000).toUTCString()
  return { status: 401, ...more, headers: { date, ...more.headers }, body: Buffer.from(more.body ?? 'oauth_problem=timestamp_refused') }
}

describe('The clock of a provider', () => {
  const fresh = (): Context => contextFor({ client, now: () => now * 1000 + 400, provider: { protocol: 'oauth1' } })

  test('is ours until a refusal says otherwise, and each provider has its own', () => {
    const [one, other] = [fresh(), fresh()]
    expect(timestampFor(one)).toBe(now)
    expect(learnClock(one, refusal(now + 3600))).toBe(true)
    expect(timestampFor(one)).toBe(now + 3600)
    expect(timestampFor({ ...one, now: () => (now + 10) * 1000 })).toBe(now + 3610)
    expect(timestampFor(other)).toBe(now)
    expect(learnClock(one, refusal(now - 86_400))).toBe(true)
    expect(timestampFor(one)).toBe(now - 86_400)
    expect(learnClock(one, refusal(now))).toBe(true)
    expect(timestampFor(one)).toBe(now)
  })

  test('that is as ours makes no request worth repeating', () => {
    const context = fresh()
    expect([-1, 0, 1].map((seconds) => learnClock(context, refusal(now + seconds)))).toEqual([false, false, false])
    expect(timestampFor(context)).toBe(now)
  })

  test.each<[string, HttpResponse]>([
    ['a form', refusal(now + 500)],
    ['a form of several', refusal(now + 500, { body: 'oauth_acceptable_timestamps=1-2&oauth_problem=timestamp_refused\n' })],
    ['a form under 400', refusal(now + 500, { status: 400 })],
    [
      'the header',
      refusal(now + 500, { body: '', headers: { 'www-authenticate': 'OAuth realm="x y", oauth_problem="timestamp_refused"' } }),
    ],
    [
      'the header, unquoted, among others',
      refusal(now + 500, {
        body: '<html>',
        headers: { 'www-authenticate': 'Basic realm="x", OAuth oauth_problem=timestamp_refused,oauth_acceptable_timestamps="1-2"' },
      }),
    ],
  ])('is learnt from %s', (_what, response) => {
    const context = fresh()
    expect(protocol.refused(context, response)).toBe(true)
    expect(timestampFor(context)).toBe(now + 500)
  })

  test.each<[string, HttpResponse]>([
    ['another problem', refusal(now + 500, { body: 'oauth_problem=nonce_used' })],
    ['another word', refusal(now + 500, { body: 'oauth_problem=timestamp_refused_not' })],
    [
      'another word in the header',
      refusal(now + 500, { body: '', headers: { 'www-authenticate': 'OAuth oauth_problem="timestamp_refused_not"' } }),
    ],
    ['a success', refusal(now + 500, { status: 200 })],
    ['a fault', refusal(now + 500, { status: 500 })],
    ['a page', refusal(now + 500, { body: '<html>timestamp_refused' })],
    ['a long answer', refusal(now + 500, { body: `oauth_problem=timestamp_refused&x=${'x'.repeat(5000)}` })],
    ['no date', refusal('')],
    ['a date that is none', refusal('tomorrow')],
    ['a number for a date', refusal('5')],
    ['two dates', refusal('Sat, 21 Nov 2026 04:20:47 GMT, Sat, 21 Nov 2026 04:20:47 GMT')],
    ['the first second', refusal(0)],
    ['a date before it', refusal(-500)],
  ])('is not learnt from %s', (_what, response) => {
    const context = fresh()
    expect(learnClock(context, response)).toBe(false)
    expect(timestampFor(context)).toBe(now)
  })
})

async function provider(ahead: number): Promise<{ server: Oauth1Provider; context: Context }> {
  const server = await startOauth1Provider({ signInAs: 'ada-id', clients: [client], clock: () => Date.now() + ahead * 1000 })
  open.push(server)
  const { requestTokenEndpoint, authorizationEndpoint, accessTokenEndpoint, userinfoEndpoint } = server
  const entry: Partial<ResolvedProvider> = {
    protocol: 'oauth1',
    requestTokenEndpoint,
    authorizationEndpoint,
    accessTokenEndpoint,
    userinfoEndpoint,
    profile: { id: 'id' },
  }
  return { server, context: contextFor({ client, slug: 'bird', redirectUri: 'https://app.example/auth/bird/callback', provider: entry }) }
}

const problems = (server: Oauth1Provider): (string | undefined)[] =>
  server.requests.filter(({ path }) => !path.endsWith('authorize')).map(({ problem }) => problem)

describe('A provider whose clock differs', () => {
  test.each([3_600, -3_600, 400 * 86_400])('by %s seconds refuses once, and then no more', async (ahead) => {
    const { server, context } = await provider(ahead)
    const { location, transaction } = await login(context)
    const back = await fetch(location, { redirect: 'manual' })
    const parameters = Object.fromEntries(new URL(back.headers.get('location') ?? '').searchParams)
    expect((await callback(context, transaction, parameters)).user.provider).toBe('bird')
    expect(problems(server)).toEqual(['timestamp_refused', undefined, undefined, undefined])
  })

  test('is learnt at the access token, too, where another process began', async () => {
    const { server, context } = await provider(3_600)
    const { location, transaction } = await login(context)
    const back = await fetch(location, { redirect: 'manual' })
    const elsewhere = { ...context, provider: { ...context.provider } }
    expect(
      (await callback(elsewhere, transaction, Object.fromEntries(new URL(back.headers.get('location') ?? '').searchParams))).tokens
        ?.accessToken,
    ).toEqual(expect.any(String))
    expect(problems(server)).toEqual(['timestamp_refused', undefined, 'timestamp_refused', undefined, undefined])
  })

  test('and that goes on refusing is asked twice, with a nonce and a time of their own, and is then an error', async () => {
    const server = await startServer((_request, res) => {
      res.writeHead(401, { date: new Date(Date.now() + 9_000_000).toUTCString() }).end('oauth_problem=timestamp_refused')
    })
    open.push(server)
    const context = contextFor({ client, provider: { protocol: 'oauth1', requestTokenEndpoint: `${server.origin}/request` } })
    await expect(login(context)).rejects.toMatchObject({ code: 'provider_bad_response' })
    const [first, second] = server.received.map(fieldsOf)
    expect(server.received).toHaveLength(2)
    expect(second?.['oauth_nonce']).not.toBe(first?.['oauth_nonce'])
    expect(Number(second?.['oauth_timestamp']) - Number(first?.['oauth_timestamp'])).toBeGreaterThan(8_990)
  })

  test('signs requests to the API by that clock, once it is known', async () => {
    const context = contextFor({ client, now: () => now * 1000, provider: { protocol: 'oauth1' } })
    const timestamp = (): string | undefined =>
      fieldsOf({ headers: protocol.sign(context, tokens, { method: 'GET', url: 'https://api.example/', headers: {} }).headers })[
        'oauth_timestamp'
      ]
    expect(timestamp()).toBe(String(now))
    expect(protocol.refused(context, refusal(now + 77))).toBe(true)
    expect(timestamp()).toBe(String(now + 77))
  })
})

function fieldsOf({ headers }: Pick<Received, 'headers'>): Record<string, string> {
  return Object.fromEntries(
    [...(headers.authorization ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decodeURIComponent(value)]),
  )
}
