import { beforeEach, describe, expect, test } from '@jest/globals'
import { createRefresher, type ClientContext } from '../../../lib/refresh/refresher.js'
import { shouldRefresh } from '../../../lib/tokens/refreshTime.js'
import type { HttpRequest, HttpResponse, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

describe('A token is due', () => {
  const now = 1_800_000_000
  const token = (life: number | undefined, left: number, accessToken = 'a'): Tokens => ({
    accessToken,
    tokenType: 'Bearer',
    refreshToken: 'r',
    expiresAt: now + left,
    ...(life === undefined ? {} : { issuedAt: now + left - life }),
  })

  test.each<[string, number | undefined, number, boolean]>([
    ['an hour: before 72 % of it', 3600, 1009, false],
    ['an hour: after 88 % of it', 3600, 432, true],
    ['a day: after 88 % of it', 86_400, 10_368, true],
    ['a day: before', 86_400, 24_193, false],
    ['two minutes: a minute before the end', 120, 60, true],
    ['one minute: in the middle', 60, 30, true],
    ['one minute: before', 60, 31, false],
    ['ten seconds: in the middle', 10, 5, true],
    ['ten seconds: just got', 10, 10, false],
    ['unknown: a minute before the end', undefined, 60, true],
    ['unknown: before that', undefined, 61, false],
    ['no life at all', 0, 0, true],
    ['ended', 3600, -1, true],
    ['issued after its end', -5, 100, false],
  ])('of a life of %s', (_what, life, left, due) => {
    expect(shouldRefresh(token(life, left), now * 1000)).toBe(due)
  })

  test('at a moment of its own, around 80 % of its life, which stays the same', () => {
    const moments = Array.from({ length: 500 }, (_none, index) => {
      let left = 3600
      while (!shouldRefresh(token(3600, left, `token ${String(index)}`), now * 1000)) left--
      return 1 - left / 3600
    })
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(0.72)
    expect(Math.max(...moments)).toBeLessThanOrEqual(0.881)
    expect(moments.reduce((sum, moment) => sum + moment, 0) / 500).toBeCloseTo(0.8, 1)
    expect(new Set(moments.map((moment) => moment.toFixed(2))).size).toBeGreaterThan(12)
    expect(shouldRefresh(token(3600, 720, 'x'), now * 1000)).toBe(shouldRefresh(token(3600, 720, 'x'), now * 1000))
  })

  test('never without an end', () => {
    expect(shouldRefresh({ accessToken: 'a', tokenType: 'Bearer', refreshToken: 'r' }, now * 1000)).toBe(false)
  })
})

describe('A refresh', () => {
  let now = 1_800_000_000_000
  let round = 0
  let calls: string[] = []
  let answer: (form: URLSearchParams) => Promise<[number, object]>
  let names = 0
  const old = (more: Partial<Tokens> = {}): Tokens => ({
    accessToken: `old-${String(names)}`,
    tokenType: 'Bearer',
    refreshToken: `refresh-${String(names++)}`,
    ...more,
  })

  const http = async ({ body = '' }: HttpRequest): Promise<HttpResponse> => {
    const form = new URLSearchParams(Buffer.from(body).toString())
    calls.push(form.get('refresh_token') ?? '')
    const [status, json] = await answer(form)
    return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) }
  }
  let refresher = createRefresher(() => now)
  const refresh = (context: ClientContext, held: Tokens): Promise<Tokens> => context.refresher.refresh(context, { held })
  // A public client: its calls go through the context's own way out.
  const context = (parts: Partial<ClientContext> = {}): ClientContext => ({
    ...contextFor({ client: { clientId: 'public' } }),
    http,
    now: () => now,
    refresher,
    ...parts,
  })

  beforeEach(() => {
    now += 24 * 3600_000
    calls = []
    refresher = createRefresher(() => now)
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
    await Promise.all([refresh(context(), tokens), refresh(context(), old()), refresh(context({ client: { clientId: 'other' } }), tokens)])
    expect(calls).toHaveLength(3)
  })

  test('answers those who still hold the old tokens for a day, and not those who hold the new ones', async () => {
    answer = () => Promise.resolve([200, { access_token: `new-${String(round++)}`, token_type: 'bearer' }])
    const tokens = old()
    const first = await refresh(context(), tokens)
    expect(await refresh(context(), tokens)).toEqual(first)
    now += 24 * 3600_000 - 1
    expect(await refresh(context(), tokens)).toEqual(first)
    expect(calls).toHaveLength(1)
    // Not rotated: who holds the new access token and the same refresh token asks for a newer one.
    expect((await refresh(context(), first)).accessToken).not.toBe(first.accessToken)
    expect(calls).toHaveLength(2)
    now += 24 * 3600_000 + 1
    await refresh(context(), tokens)
    expect(calls).toHaveLength(3)
  })

  test('follows a chain of rotations to its end, and refreshes that when it is due', async () => {
    answer = (form) =>
      Promise.resolve([
        200,
        {
          access_token: `new-${String(round++)}`,
          token_type: 'bearer',
          refresh_token: `${form.get('refresh_token') ?? ''}+`,
          expires_in: 3600,
        },
      ])
    const first = old()
    const second = await refresh(context(), first)
    const third = await refresh(context(), second)
    expect(await refresh(context(), first)).toEqual(third)
    expect(refresher.newest(context(), first)).toEqual(third)
    now += 3600_000
    expect((await refresh(context(), first)).refreshToken).toBe(`${third.refreshToken ?? ''}+`)
    expect(calls).toHaveLength(3)
  })

  test('does not take a new sign-in back to an older rotation of the same refresh token', async () => {
    const tokens = old()
    await refresh(context(), tokens)
    const signedInAgain = { ...tokens, accessToken: 'newer', issuedAt: now / 1000 + 5 }
    expect(refresher.newest(context(), signedInAgain)).toBe(signedInAgain)
  })

  test('keeps what the answer leaves out, and takes what it brings', async () => {
    const tokens = old({ scope: 'a b', idToken: 'x.y.z' })
    expect(await refresh(context(), tokens)).toMatchObject({
      refreshToken: tokens.refreshToken,
      scope: 'a b',
      idToken: 'x.y.z',
      issuedAt: now / 1000,
      expiresAt: now / 1000 + 60,
    })
    answer = () => Promise.resolve([200, { access_token: 'n', token_type: 'bearer', refresh_token: 'rotated', scope: 'a' }])
    const refreshed = await refresh(context(), old({ scope: 'a b', expiresAt: 1 }))
    expect(refreshed).toMatchObject({ refreshToken: 'rotated', scope: 'a' })
    expect(refreshed.expiresAt).toBeUndefined()
  })

  test.each([
    [400, { error: 'invalid_grant' }],
    [401, { error: 'invalid_client' }],
    [200, { error: 'bad_refresh_token' }],
  ])('refused with %i %j asks for a new sign-in, and is tried again a second later', async (status, body) => {
    answer = () => Promise.resolve([status, body])
    const tokens = old()
    await expect(refresh(context(), tokens)).rejects.toMatchObject({
      code: 'reauth_required',
      providerError: body.error,
      provider: 'invented',
    })
    await expect(refresh(context(), tokens)).rejects.toMatchObject({ code: 'reauth_required' })
    expect(calls).toHaveLength(1)
    now += 1_000
    await expect(refresh(context(), tokens)).rejects.toMatchObject({ code: 'reauth_required' })
    expect(calls).toHaveLength(2)
  })

  test('that fails is tried again after one second, two, four, at most half a minute, while the access holds', async () => {
    answer = () => Promise.resolve([500, {}])
    const tokens = old({ issuedAt: now / 1000, expiresAt: now / 1000 + 360_000 })
    const waits: number[] = []
    for (let round = 0, last = now; round < 8; now += 100) {
      await refresh(context(), tokens).catch(() => undefined)
      if (calls.length === round) continue
      waits.push(now - last)
      last = now
      round = calls.length
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('that fails once the access has ended is tried again every second', async () => {
    answer = () => Promise.resolve([500, {}])
    const tokens = old({ issuedAt: 1, expiresAt: 2 })
    for (let second = 0; second < 10; second++, now += 1000) await refresh(context(), tokens).catch(() => undefined)
    expect(calls).toHaveLength(10)
  })

  test.each<[number, object]>([
    [500, {}],
    [503, { error: 'temporarily_unavailable' }],
    [400, {}],
    [200, {}],
    [200, { access_token: 7 }],
  ])('that fails with %i %j does not ask for a new sign-in', async (status, body) => {
    answer = () => Promise.resolve([status, body])
    await expect(refresh(context(), old())).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('that fails fails for all who wait, and the next one is a call of its own', async () => {
    const tokens = old()
    let down = true
    const working = answer
    answer = (form) => (down ? Promise.resolve([500, {}]) : working(form))
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => refresh(context(), tokens)))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(calls).toHaveLength(1)
    down = false
    now += 1_000
    await expect(refresh(context(), tokens)).resolves.toBeDefined()
  })

  test('without a refresh token asks for a new sign-in, without a call', async () => {
    await expect(refresh(context(), { accessToken: 'a', tokenType: 'Bearer' })).rejects.toMatchObject({ code: 'reauth_required' })
    expect(calls).toEqual([])
  })

  test('remembers no more than five thousand', async () => {
    const first = old()
    await refresh(context(), first)
    for (let count = 0; count < 5_000; count++) await refresh(context(), old())
    const before = calls.length
    await refresh(context(), first)
    expect(calls).toHaveLength(before + 1)
  })
})
