import { beforeEach, expect, test } from '@jest/globals'
import { freshTokens } from '../../../lib/refresh/freshTokens.js'
import { createRefresher, type ClientContext } from '../../../lib/refresh/refresher.js'
import { namedTarget, tokensFor } from '../../../lib/tokens/targets.js'
import type { KeptTokens, TokenRecord } from '../../../lib/tokens/tokenRecord.js'
import type { TokenAccess } from '../../../lib/tokens/tokenSource.js'
import type { HttpRequest, HttpResponse, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

/** One refresh token for all targets of an account: at a provider that ends the access when one comes twice. */

const targets = ['https://a.example/', 'https://b.example/', 'https://c.example/'].map((resource) => namedTarget({ resource: [resource] }))

let generation: number
let calls: string[]
let refused: string | undefined
/** What happens while the provider is asked. */
let meanwhile: () => void | Promise<void>
beforeEach(() => {
  meanwhile = () => undefined
  generation = 0
  calls = []
  refused = undefined
})

async function http({ body = '' }: HttpRequest): Promise<HttpResponse> {
  const form = new URLSearchParams(Buffer.from(body).toString())
  await meanwhile()
  calls.push(form.get('refresh_token') ?? '')
  const isReused = form.get('refresh_token') !== `r${String(generation)}`
  const error = isReused ? 'invalid_grant' : form.get('resource') === refused ? 'invalid_target' : undefined
  if (!error) generation++
  const answer = error
    ? { error }
    : {
        access_token: `${form.get('resource') ?? 'own'} ${String(generation)}`,
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: `r${String(generation)}`,
      }
  return { status: error ? 400 : 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(answer)) }
}

const contextOf = (): ClientContext => ({ ...contextFor({ client: { clientId: 'public' } }), http, refresher: createRefresher() })

/** What a request holds; `saves` counts how often that was changed. */
function sourceOf(first: Tokens): { access: TokenAccess; current: () => Tokens | undefined } {
  let current: Tokens | undefined = first
  return {
    access: {
      source: {
        current: () => current,
        save(tokens) {
          current = tokens
        },
      },
    },
    current: () => current,
  }
}

const account: Tokens = { accessToken: 'own 0', tokenType: 'Bearer', refreshToken: 'r0' }
const accessTo = (access: TokenAccess, index: number): TokenAccess => {
  const target = targets[index]
  return target ? { ...access, target } : access
}

test('Those that are asked for at once are all there in the end, with the refresh token that is good', async () => {
  const context = contextOf()
  const { access, current } = sourceOf(account)
  const all = await Promise.all([0, 1, 2, 0].map((index) => freshTokens(context, accessTo(access, index))))
  expect(new Set(all.map(({ accessToken }) => accessToken.split(' ')[0]))).toEqual(
    new Set(['https://a.example/', 'https://b.example/', 'https://c.example/']),
  )
  expect(calls).toEqual(['r0', 'r1', 'r2'])
  expect(current()?.refreshToken).toBe('r3')
  expect(Object.keys(current()?.byResource ?? {})).toHaveLength(3)
  expect(current()?.accessToken).toBe('own 0')
})

test('A new sign-in while they are asked for is not written over', async () => {
  const context = contextOf()
  const { access, current } = sourceOf(account)
  const signedIn = { ...account, accessToken: 'own of the new sign-in', refreshToken: 'other' }
  meanwhile = () => access.source.save(signedIn)
  expect((await freshTokens(context, accessTo(access, 0))).accessToken).toBe('https://a.example/ 1')
  expect(current()).toBe(signedIn)
})

test('A refusal for one is not the refusal of others', async () => {
  const context = contextOf()
  refused = 'https://a.example/'
  const { access } = sourceOf(account)
  const all = await Promise.allSettled([0, 1, 0].map((index) => freshTokens(context, accessTo(access, index))))
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
  await expect(freshTokens(context, accessTo(access, 0))).rejects.toMatchObject({
    code: 'reauth_required',
    providerError: 'invalid_target',
  })
  expect(calls).toEqual(['r0', 'r0'])
})

/** A record that has no lock, shared by processes; its store can be away. */
function recordOf(kept: { now: KeptTokens; isAway: boolean }): TokenRecord {
  return {
    key: 'record',
    read: () => Promise.resolve(kept.now),
    write(tokens, version) {
      if (kept.isAway) return Promise.reject(new Error('away'))
      if (version !== kept.now.version) return Promise.resolve(false)
      kept.now = { tokens, version: version + 1 }
      return Promise.resolve(true)
    },
  }
}

test('Processes without a lock come to one record, whoever was refused', async () => {
  const kept = { now: { tokens: account, version: 1 }, isAway: false }
  const processes = [0, 1, 2].map((index) => {
    const { access } = sourceOf(account)
    return freshTokens(contextOf(), { ...accessTo(access, index), record: recordOf(kept) })
  })
  const settled = await Promise.allSettled(processes)
  expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  // Who lost the race is given the good refresh token the next time.
  for (const index of [0, 1, 2]) {
    const { access } = sourceOf(account)
    expect((await freshTokens(contextOf(), { ...accessTo(access, index), record: recordOf(kept) })).accessToken).toContain('.example')
  }
  expect(kept.now.tokens.refreshToken).toBe(`r${String(generation)}`)
  expect(Object.keys(kept.now.tokens.byResource ?? {})).toHaveLength(3)
})

test('Who comes too late, with a refresh token that was used for another target, tries the one that there is now', async () => {
  const kept = { now: { tokens: account, version: 1 }, isAway: false }
  const stale = kept.now
  await freshTokens(contextOf(), { ...accessTo(sourceOf(account).access, 0), record: recordOf(kept) })
  const reads = [stale]
  const late = { ...recordOf(kept), read: () => Promise.resolve(reads.shift() ?? kept.now) }
  const tokens = await freshTokens(contextOf(), { ...accessTo(sourceOf(account).access, 1), record: late })
  expect(tokens.accessToken).toBe('https://b.example/ 2')
  expect(calls).toEqual(['r0', 'r0', 'r1'])
  expect(Object.keys(kept.now.tokens.byResource ?? {})).toHaveLength(2)
})

test('What waits to be written does not come over what was written later', async () => {
  const kept = { now: { tokens: account, version: 1 }, isAway: true }
  const context = contextOf()
  const { access } = sourceOf(account)
  await freshTokens(context, { ...accessTo(access, 0), record: recordOf(kept) })
  expect(context.refresher.pending('record')?.refreshToken).toBe('r1')
  kept.isAway = false
  // A table of the application's compares no versions.
  const table = { ...recordOf(kept), write: (tokens: Tokens) => Promise.resolve(Boolean((kept.now = { tokens, version: 1 }))) }
  await freshTokens(context, { ...accessTo(access, 1), record: table })
  expect(context.refresher.pending('record')).toBeUndefined()
  await context.refresher.idle()
  expect(kept.now.tokens.refreshToken).toBe('r2')
  expect(targets.map((target) => tokensFor(kept.now.tokens, target).accessToken)).toEqual([
    'https://a.example/ 1',
    'https://b.example/ 2',
    '',
  ])
})
