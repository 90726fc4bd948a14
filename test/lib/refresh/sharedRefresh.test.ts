import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { AuthError } from '../../../lib/base/errors.js'
import { createSealer } from '../../../lib/base/seal.js'
import { createRefresher, type Refresher, type ClientContext } from '../../../lib/refresh/refresher.js'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import type { TokenStore } from '../../../lib/stores/tokenStore.js'
import { sealedTokenRecord, type SealedTokenRecord } from '../../../lib/tokens/sealedTokenRecord.js'
import type { HttpRequest, HttpResponse, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

/** Several processes, each with renewals of its own, over one store and one provider that rotates refresh tokens strictly. */

const sealer = createSealer(['a secret of the tests, long enough to seal'], 'tests')
let store: TokenStore
let valid: string
let calls: string[]
let reused: number
let beforeAnswer: () => Promise<void>

const old: Tokens = { accessToken: 'access-0', tokenType: 'Bearer', refreshToken: 'refresh-0', issuedAt: 1000, expiresAt: 2000 }

const party = contextFor({ client: { clientId: 'public' } })

beforeEach(async () => {
  store = memoryTokenStore()
  valid = 'refresh-0'
  calls = []
  reused = 0
  beforeAnswer = () => Promise.resolve()
  await vaultOn(store).put(old)
})
afterEach(() => {
  jest.restoreAllMocks()
})

function vaultOn(of: TokenStore): SealedTokenRecord {
  return sealedTokenRecord({ store: of, sealer, key: 'the-account', party, ttl: 3600, now: () => Date.now() })
}

async function http({ body = '' }: HttpRequest): Promise<HttpResponse> {
  const asked = new URLSearchParams(Buffer.from(body).toString()).get('refresh_token') ?? ''
  calls.push(asked)
  await beforeAnswer()
  if (asked !== valid) {
    reused++
    return json(400, { error: 'invalid_grant' })
  }
  const number = calls.length
  valid = `refresh-${String(number)}`
  return json(200, { access_token: `access-${String(number)}`, token_type: 'bearer', refresh_token: valid, expires_in: 3600 })
}

function json(status: number, value: object): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

interface Process {
  refresher: Refresher
  context: ClientContext
  renew: (held?: Tokens) => Promise<Tokens>
  orphaned: Tokens[]
}

function process(of: TokenStore = store): Process {
  const refresher = createRefresher()
  const orphaned: Tokens[] = []
  const context = { ...party, http, refresher }
  return {
    refresher,
    context,
    orphaned,
    renew: (held = old) =>
      refresher.refresh(context, {
        held,
        record: vaultOn(of),
        onOrphaned: (tokens) => {
          orphaned.push(tokens)
        },
      }),
  }
}

describe('Tokens that several processes share', () => {
  test('are refreshed once by twenty processes that ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => process().renew()))
    expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-1']))
    expect(calls).toEqual(['refresh-0'])
    expect((await vaultOn(store).read())?.tokens).toEqual(all[0])
  })

  test('that another process has refreshed are read, and not refreshed again', async () => {
    await process().renew()
    expect((await process().renew()).accessToken).toBe('access-1')
    expect(calls).toHaveLength(1)
  })

  test('are refreshed again by who holds the newest', async () => {
    const newest = await process().renew()
    expect((await process().renew(newest)).accessToken).toBe('access-2')
    expect(reused).toBe(0)
  })

  test('without a lock: who loses the race reads what the winner has written', async () => {
    const { lock: _none, ...unlocked } = store
    let arrived = 0
    beforeAnswer = async () => {
      arrived++
      while (arrived < 2)
        await new Promise((resolve) => {
          setTimeout(resolve, 1)
        })
      // The loser is answered once the winner has stored its tokens.
      if (valid !== 'refresh-0')
        while ((await store.get('the-account'))?.version === 1)
          await new Promise((resolve) => {
            setTimeout(resolve, 1)
          })
    }
    const [one, other] = await Promise.all([process(unlocked).renew(), process(unlocked).renew()])
    expect(one.accessToken).toBe(other.accessToken)
    expect(calls).toHaveLength(2)
  })

  test('a slow holder of a lock that has ended does not write over its successor', async () => {
    let renewedByOther: Tokens | undefined
    let isSlow = true
    const withShortLock: TokenStore = {
      ...store,
      lock: async () => ({ renew: () => Promise.resolve(false), release: () => Promise.resolve() }),
    }
    const slow = process(withShortLock)
    beforeAnswer = async () => {
      if (!isSlow) return
      isSlow = false
      renewedByOther = await process(withShortLock).renew()
      // The provider lets the first one have an answer too.
      valid = 'refresh-0'
    }
    const result = await slow.renew()
    expect(result).toEqual(renewedByOther)
    expect((await vaultOn(store).read())?.tokens).toEqual(renewedByOther)
    expect((await store.get('the-account'))?.version).toBe(2)
  })

  test('a lock is refreshed while the provider takes its time, and released afterwards', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] })
    try {
      const held = { renew: jest.fn(() => Promise.resolve(true)), release: jest.fn(() => Promise.resolve()) }
      let answer: () => void = () => undefined
      beforeAnswer = () =>
        new Promise((resolve) => {
          answer = resolve
        })
      const renewal = process({ ...store, lock: () => Promise.resolve(held) }).renew()
      while (calls.length === 0)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      await jest.advanceTimersByTimeAsync(16_000)
      expect(held.renew.mock.calls).toEqual([[15], [15], [15]])
      expect(held.release).not.toHaveBeenCalled()
      answer()
      await renewal
      expect(held.release).toHaveBeenCalledTimes(1)
    } finally {
      jest.useRealTimers()
    }
  })

  test('a sign-out meanwhile wins: nothing is written back, and the new tokens are handed over to be revoked', async () => {
    const slow = process()
    beforeAnswer = () => vaultOn(store).remove()
    await expect(slow.renew()).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(await store.get('the-account')).toBeUndefined()
    expect(slow.orphaned.map(({ accessToken }) => accessToken)).toEqual(['access-1'])
  })

  test('a refusal asks for a new sign-in and leaves the record', async () => {
    valid = 'another'
    await expect(process().renew()).rejects.toMatchObject({ code: 'reauth_required', providerError: 'invalid_grant' })
    expect((await vaultOn(store).read())?.tokens).toEqual(old)
  })

  test('a provider that is down leaves the record, and the lock free', async () => {
    beforeAnswer = () => Promise.reject(new AuthError('provider_timeout', 'down'))
    await expect(process().renew()).rejects.toMatchObject({ code: 'provider_timeout' })
    expect((await vaultOn(store).read())?.tokens).toEqual(old)
    beforeAnswer = () => Promise.resolve()
    expect((await process().renew()).accessToken).toMatch(/^access-/)
  })

  test('a store that fails for a moment after the provider has answered loses nothing', async () => {
    let failures = 0
    const flaky: TokenStore = {
      ...store,
      set: (...write) => (calls.length > 0 && failures++ < 2 ? Promise.reject(new Error('down')) : store.set(...write)),
    }
    const refreshed = await process(flaky).renew()
    expect((await vaultOn(store).read())?.tokens).toEqual(refreshed)
  })

  test('a store that stays down longer gets the tokens when it is back; until then they wait in this process', async () => {
    let isDown = true
    const flaky: TokenStore = { ...store, set: (...write) => (isDown ? Promise.reject(new Error('down')) : store.set(...write)) }
    const ours = process(flaky)
    const refreshed = await ours.renew()
    expect(refreshed.accessToken).toBe('access-1')
    expect(ours.refresher.pending('the-account')).toEqual(refreshed)
    expect(await ours.renew()).toEqual(refreshed)
    expect(calls).toHaveLength(1)
    isDown = false
    while (ours.refresher.pending('the-account'))
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    expect((await vaultOn(store).read())?.tokens).toEqual(refreshed)
    ours.refresher.clear()
  })

  test('an unreadable record counts as signed out, and stays where it is', async () => {
    await store.set('the-account', 'not ours', { ttl: 60 })
    await expect(process().renew()).rejects.toMatchObject({ code: 'credentials_gone' })
    expect((await store.get('the-account'))?.record).toBe('not ours')
  })
})
