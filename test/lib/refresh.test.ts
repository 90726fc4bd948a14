import { beforeEach, describe, expect, test } from '@jest/globals'
import { isDue, refresh } from '../../lib/refresh.js'
import type { Context, HttpRequest, HttpResponse, Tokens } from '../../lib/types.js'
import { contextFor } from '../support/context.js'

describe('A token is due', () => {
  const now = 1_800_000_000
  const token = (life: number | undefined, left: number): Tokens => ({ accessToken: 'a', tokenType: 'Bearer', refreshToken: 'r', expiresAt: now + left, ...(life === undefined ? {} : { issuedAt: now + left - life }) })

  test.each<[string, number | undefined, number, boolean]>([
    ['an hour: before 80 % of it', 3600, 721, false], ['an hour: at 80 % of it', 3600, 720, true], ['a day: at 80 % of it', 86_400, 17_280, true], ['a day: before', 86_400, 17_281, false],
    ['five minutes: at 80 %', 300, 60, true], ['two minutes: a minute before the end', 120, 60, true], ['two minutes: before that', 120, 61, false], ['one minute: in the middle', 60, 30, true], ['one minute: before', 60, 31, false],
    ['ten seconds: in the middle', 10, 5, true], ['ten seconds: just got', 10, 10, false], ['unknown: a minute before the end', undefined, 60, true], ['unknown: before that', undefined, 61, false],
    ['no life at all', 0, 0, true], ['ended', 3600, -1, true], ['issued after its end', -5, 100, false],
  ])('of a life of %s', (_what, life, left, due) => {
    expect(isDue(token(life, left), now * 1000)).toBe(due)
  })

  test('never without an end, nor without a refresh token', () => {
    expect(isDue({ accessToken: 'a', tokenType: 'Bearer', refreshToken: 'r' }, now * 1000)).toBe(false)
    expect(isDue({ accessToken: 'a', tokenType: 'Bearer', expiresAt: 1 }, now * 1000)).toBe(false)
  })
})

describe('A refresh', () => {
  let now = 1_800_000_000_000
  let round = 0
  let calls: string[] = []
  let answer: (form: URLSearchParams) => Promise<[number, object]>
  let names = 0
  const old = (more: Partial<Tokens> = {}): Tokens => ({ accessToken: `old-${String(names)}`, tokenType: 'Bearer', refreshToken: `refresh-${String(names++)}`, ...more })

  const http = async ({ body = '' }: HttpRequest): Promise<HttpResponse> => {
    const form = new URLSearchParams(Buffer.from(body).toString())
    calls.push(form.get('refresh_token') ?? '')
    const [status, json] = await answer(form)
    return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) }
  }
  // A public client: its calls go through the context's own way out.
  const context = (parts: Partial<Context> = {}): Context => ({ ...contextFor({ client: { clientId: 'public' } }), http, now: () => now, ...parts })

  beforeEach(() => {
    now += 24 * 3600_000
    calls = []
    answer = () => Promise.resolve([200, { access_token: `new-${String(round++)}`, token_type: 'bearer', expires_in: 60 }])
  })

  test('is one call for all who hold the same refresh token, and gives them the same', async () => {
    const tokens = old()
    const all = await Promise.all(Array.from({ length: 100 }, () => refresh(context(), { ...tokens })))
    expect(calls).toEqual([tokens.refreshToken])
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
  })

  test('is a call for each refresh token, and for each provider', async () => {
    const tokens = old()
    await Promise.all([refresh(context(), tokens), refresh(context(), old()), refresh(context({ slug: 'other' }), tokens)])
    expect(calls).toHaveLength(3)
  })

  test('answers those who still hold the old tokens for a minute, and not those who hold the new ones', async () => {
    const tokens = old()
    const first = await refresh(context(), tokens)
    expect(await refresh(context(), tokens)).toEqual(first)
    now += 59_999
    expect(await refresh(context(), tokens)).toEqual(first)
    expect(calls).toHaveLength(1)
    // Not rotated: who holds the new access token and the same refresh token asks for a newer one.
    expect((await refresh(context(), first)).accessToken).not.toBe(first.accessToken)
    expect(calls).toHaveLength(2)
    now += 60_001
    await refresh(context(), tokens)
    expect(calls).toHaveLength(3)
  })

  test('keeps what the answer leaves out, and takes what it brings', async () => {
    const tokens = old({ scope: 'a b', idToken: 'x.y.z' })
    expect(await refresh(context(), tokens)).toMatchObject({ refreshToken: tokens.refreshToken, scope: 'a b', idToken: 'x.y.z', issuedAt: now / 1000, expiresAt: now / 1000 + 60 })
    answer = () => Promise.resolve([200, { access_token: 'n', token_type: 'bearer', refresh_token: 'rotated', scope: 'a' }])
    const renewed = await refresh(context(), old({ scope: 'a b', expiresAt: 1 }))
    expect(renewed).toMatchObject({ refreshToken: 'rotated', scope: 'a' })
    expect(renewed.expiresAt).toBeUndefined()
  })

  test.each([[400, { error: 'invalid_grant' }], [401, { error: 'invalid_client' }], [200, { error: 'bad_refresh_token' }]])('refused with %i %j asks for a new sign-in, and is tried again the next time', async (status, body) => {
    answer = () => Promise.resolve([status, body])
    const tokens = old()
    await expect(refresh(context(), tokens)).rejects.toMatchObject({ code: 'reauth_required', providerError: body.error, provider: 'invented' })
    await expect(refresh(context(), tokens)).rejects.toMatchObject({ code: 'reauth_required' })
    expect(calls).toHaveLength(2)
  })

  test.each<[number, object]>([[500, {}], [503, { error: 'temporarily_unavailable' }], [400, {}], [200, {}], [200, { access_token: 7 }]])('that fails with %i %j does not ask for a new sign-in', async (status, body) => {
    answer = () => Promise.resolve([status, body])
    await expect(refresh(context(), old())).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('that fails fails for all who wait, and the next one is a call of its own', async () => {
    const tokens = old()
    let down = true
    const working = answer
    answer = (form) => down ? Promise.resolve([500, {}]) : working(form)
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => refresh(context(), tokens)))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(calls).toHaveLength(1)
    down = false
    await expect(refresh(context(), tokens)).resolves.toBeDefined()
  })

  test('without a refresh token asks for a new sign-in, without a call', async () => {
    await expect(refresh(context(), { accessToken: 'a', tokenType: 'Bearer' })).rejects.toMatchObject({ code: 'reauth_required' })
    expect(calls).toEqual([])
  })

  test('remembers no more than ten thousand', async () => {
    const first = old()
    await refresh(context(), first)
    for (let count = 0; count < 10_000; count++) await refresh(context(), old())
    const before = calls.length
    await refresh(context(), first)
    expect(calls).toHaveLength(before + 1)
  })
})
