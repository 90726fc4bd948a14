import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { inspect } from 'node:util'
import session from 'express-session'
import type { AuthRouterOptions } from '../../middleware/index.js'
import type { AppParts } from '../support/hosts.js'
import { type AttackedSite, callOf, isAccount, later, type Rotating, startRotating, startSite } from './userTokens.js'

/** Attacks on tokens that belong to the user's account: somebody else's, ones that outlive their account, ones that get lost. */

let provider: Rotating
let site: AttackedSite
beforeAll(async () => {
  provider = await startRotating()
})
afterAll(() => provider.close())
beforeEach(() => {
  Object.assign(provider, { isSparing: false, refusal: undefined, gate: undefined, refreshes: 0 })
  provider.live.clear()
})
afterEach(async () => {
  jest.restoreAllMocks()
  await site.close()
})

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<void> {
  site = await startSite(provider, options, parts)
}

/** Ada with `one` and an account of `two` that somebody else may have next. */
async function adaWithTwo() {
  const ada = await site.signIn('one', 'ada')
  expect(await site.link(ada.browser, 'two', 'shared')).toBe(200)
  return ada
}

async function graceWithTwo() {
  const grace = await site.signIn('one', 'grace')
  expect(await site.link(grace.browser, 'two', 'shared')).toBe(200)
  return grace
}

const two = 'two$shared'
const ofTwo = /^at-two-shared/

describe("An account that is another user's by now", () => {
  test('is served to no job client of the former one', async () => {
    await start()
    const ada = await adaWithTwo()
    const client = site.router.client('two', { user: ada.id })
    expect(await callOf(client)).toMatch(ofTwo)
    await site.unlink(ada.browser, 'two')
    const grace = await graceWithTwo()
    expect(await callOf(client)).toBe('credentials_gone')
    await expect(client.credentials.refresh({ force: true })).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(await callOf(site.router.client('two', { user: ada.id }))).toBe('not_linked')
    expect(await callOf(site.router.client('two', { user: grace.id }))).toMatch(ofTwo)
  })

  test('is served to no credentials that the former one sealed', async () => {
    await start()
    const ada = await adaWithTwo()
    const bySession = (await ada.browser.json<Record<string, string>>(`${site.url}/sealed`)).data['two'] ?? ''
    const job = site.router.client('two', { user: ada.id })
    await job.get('x')
    const byJob = job.credentials.seal()
    expect(await callOf(site.router.client('two', bySession))).toMatch(ofTwo)
    expect(await callOf(site.router.client('two', byJob))).toMatch(ofTwo)
    await site.unlink(ada.browser, 'two')
    await graceWithTwo()
    expect(await callOf(site.router.client('two', bySession))).toBe('credentials_gone')
    expect(await callOf(site.router.client('two', byJob))).toBe('credentials_gone')
  })

  test('is neither overwritten nor lent by a refresh that the former one began', async () => {
    await start()
    const ada = await adaWithTwo()
    const client = site.router.client('two', { user: ada.id })
    await client.get('x')
    later(3601)
    provider.gate = 'late refresh'
    const late = callOf(client)
    await provider.gates.held('late refresh')
    provider.gate = undefined
    await site.unlink(ada.browser, 'two')
    const grace = await graceWithTwo()
    provider.gates.open('late refresh')
    expect(await late).toBe('credentials_gone')
    expect(await site.keysIn(grace.browser)).toEqual(['one$grace', two])
    expect(await callOf(site.router.client('two', { user: grace.id }))).toMatch(ofTwo)
    // What the late refresh brought is ended at the provider.
    await site.router.close()
    expect([...provider.live].filter((token) => token.startsWith('rt-two-shared')).length).toBe(1)
  })

  test('is not given back by a user store that still lists it', async () => {
    await start()
    const ada = await adaWithTwo()
    await site.unlink(ada.browser, 'two')
    const grace = await graceWithTwo()
    const { listKeys } = site.users
    jest.spyOn(site.users, 'listKeys').mockImplementation(async (id) => [...(await listKeys(id)), two])
    const elsewhere = await site.signIn('one', 'ada')
    expect(await site.keysIn(elsewhere.browser)).toEqual(['one$ada'])
    expect(await callOf(site.router.client('two', { user: ada.id }))).toBe('not_linked')
    expect(await site.keysIn(grace.browser)).toEqual(['one$grace', two])
  })

  test('is served, where the application has given it to another user itself', async () => {
    await start()
    const ada = await adaWithTwo()
    const grace = await site.signIn('one', 'grace')
    await site.users.unlink(ada.id, two)
    await site.users.link(grace.id, {
      ...((await site.users.findById(grace.id)) as object),
      provider: 'two',
      id: 'shared',
      key: two,
    } as never)
    expect(await callOf(site.router.client('two', { user: grace.id }))).toMatch(ofTwo)
    const elsewhere = await site.signIn('one', 'grace')
    expect(await site.keysIn(elsewhere.browser)).toEqual([two, 'one$grace'])
    expect(await site.keysIn(ada.browser)).toEqual(['one$ada'])
  })
})

describe('An access ends', () => {
  test('for job clients that are there, when the application deletes the row or takes the account away', async () => {
    await start()
    const ada = await adaWithTwo()
    const [one, other] = [site.router.client('one', { user: ada.id }), site.router.client('two', { user: ada.id })]
    expect([await callOf(one), await callOf(other)]).toEqual([expect.stringMatching(/^at-one/), expect.stringMatching(ofTwo)])
    await site.users.unlink(ada.id, two)
    expect(await callOf(other)).toBe('credentials_gone')
    await site.users.remove(ada.id)
    expect(await callOf(one)).toBe('credentials_gone')
  })

  test('when a session from before the option unlinks the account', async () => {
    await start({ keepTokens: 'session' })
    const old = await adaWithTwo()
    const now = await site.serve({ keepTokens: 'user' })
    for (const [name, value] of old.browser.cookies(new URL(site.url).host)) old.browser.cookies(new URL(now.url).host).set(name, value)
    const ada = await site.signIn('two', 'shared', undefined, now.url)
    await site.signIn('one', 'ada', ada.browser, now.url)
    const client = now.router.client('two', { user: ada.id })
    expect(await callOf(client)).toMatch(ofTwo)
    const [refresh] = [...provider.live].slice(-2)
    expect((await site.post(old.browser, '/auth/two/unlink', now.url)).status).toBeLessThan(400)
    expect(await callOf(client)).toBe('credentials_gone')
    await now.router.close()
    expect(provider.revoked).toContain(refresh)
    expect(await site.keysIn(ada.browser, now.url)).not.toContain(two)
  })

  test('at the provider too, where providers are looked up for each request', async () => {
    await start({ providers: (slug: string) => provider.entry(slug) as never } as never)
    const ada = await adaWithTwo()
    const [refresh] = [...provider.live].slice(-1)
    expect(await site.unlink(ada.browser, 'two')).toBeLessThan(400)
    await site.router.close()
    expect(provider.revoked).toContain(refresh)
  })

  test.each(['signs in', 'links'])('when a user is forgotten who %s at the same moment', async (what) => {
    await start()
    const ada = await site.signIn('one', 'ada')
    let arrive = (): void => undefined
    const arrived = new Promise<void>((resolve) => (arrive = resolve))
    let goOn = (): void => undefined
    const going = new Promise<void>((resolve) => (goOn = resolve))
    site.tokens.before = (operation, key) => {
      if (operation !== 'set' || !isAccount(key)) return undefined
      arrive()
      return going
    }
    const late = what === 'links' ? site.link(ada.browser, 'two', 'shared') : site.signIn('one', 'ada').then(({ status }) => status)
    await arrived
    site.tokens.before = () => undefined
    await site.router.forget(ada.id)
    goOn()
    expect(await late).toBeGreaterThanOrEqual(400)
    await site.router.close()
    expect(provider.live.size).toBe(0)
  })
})

describe('Nothing is lost', () => {
  test('of a refresh that another process has under way, by a sign-in without a refresh token', async () => {
    await start()
    const ada = await site.signIn('one', 'ada')
    const process = site.another()
    later(3601)
    provider.gate = 'under way'
    const job = callOf(process.client('one', { user: ada.id }))
    await provider.gates.held('under way')
    Object.assign(provider, { gate: undefined, isSparing: true })
    const again = site.signIn('one', 'ada')
    await new Promise((resolve) => setTimeout(resolve, 100))
    provider.gates.open('under way')
    await job
    expect((await again).status).toBe(200)
    later(7300)
    expect(await callOf(site.router.client('one', { user: ada.id }))).toMatch(/^at-one-ada/)
  })

  test.each([false, true])('of a refresh that the store could not take, by a sign-in (without a refresh token: %s)', async (isSparing) => {
    await start()
    const ada = await site.signIn('one', 'ada')
    later(3601)
    site.tokens.fails = (operation, key) => operation === 'set' && isAccount(key)
    const client = site.router.client('one', { user: ada.id })
    expect(await callOf(client)).toMatch(/^at-one-ada/)
    site.tokens.fails = () => false
    provider.isSparing = isSparing
    expect((await site.signIn('one', 'ada')).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    later(7300)
    expect(await callOf(client)).toMatch(/^at-one-ada/)
  })

  test('of a refresh that the store could not take, by another process that is refused meanwhile', async () => {
    await start()
    const ada = await site.signIn('one', 'ada')
    const process = site.another()
    later(3601)
    const other = process.client('one', { user: ada.id })
    site.tokens.fails = (operation, key) => operation === 'set' && isAccount(key)
    expect(await callOf(site.router.client('one', { user: ada.id }))).toMatch(/^at-one-ada/)
    site.tokens.fails = () => false
    expect(await callOf(other)).toBe('reauth_required')
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    expect(await callOf(other)).toMatch(/^at-one-ada/)
    expect(await callOf(site.another().client('one', { user: ada.id }))).toMatch(/^at-one-ada/)
  })

  test('of tokens that the application gives to another user, by a refresh at the same moment', async () => {
    await start()
    const ada = await adaWithTwo()
    const grace = await site.signIn('one', 'grace')
    const client = site.router.client('two', { user: ada.id })
    await client.get('x')
    await site.users.unlink(ada.id, two)
    await site.users.link(grace.id, {
      ...((await site.users.findById(grace.id)) as object),
      provider: 'two',
      id: 'shared',
      key: two,
    } as never)
    later(3601)
    let isFirst = true
    site.tokens.before = (operation, key) => {
      if (operation !== 'set' || !isAccount(key) || !isFirst) return undefined
      isFirst = false
      // While Grace's sign-in is about to write the old tokens for her, a job of hers refreshes them.
      return callOf(site.another().client('two', { user: grace.id })).then(() => undefined)
    }
    await site.signIn('two', 'shared')
    site.tokens.before = () => undefined
    later(7300)
    expect(await callOf(site.router.client('two', { user: grace.id }))).toMatch(ofTwo)
  })
})

describe('A mark of refused access', () => {
  test.each([
    [{ status: 400, body: { error: 'invalid_client' } }],
    [{ status: 401, body: { error: 'invalid_client' } }],
    [{ status: 400, body: { error: 'unauthorized_client' } }],
    [{ status: 400, body: { error: 'unsupported_grant_type' } }],
    [{ status: 400, body: { error: 'client may not use refresh_token' } }],
    [{ status: 400, body: { error: 'temporarily_unavailable' } }],
    [{ status: 500, body: { error: 'invalid_grant' } }],
    [{ status: 429, body: { error: 'slow_down' } }],
    [{ status: 502, body: 'Bad Gateway' }],
  ])('is not made by %j', async (refusal) => {
    await start()
    const ada = await site.signIn('one', 'ada')
    const told: unknown[] = []
    site.router.on('error', (event) => told.push(event))
    later(3601)
    const [refresh = ''] = [...provider.live].slice(-1)
    provider.refusal = refusal
    await callOf(site.router.client('one', { user: ada.id }))
    provider.live.add(refresh)
    provider.refusal = undefined
    expect(told).toEqual([])
    expect(await callOf(site.another().client('one', { user: ada.id }))).toMatch(/^at-one-ada/)
  })

  test('is seen at once by the client whose call made it, ends with a sign-in, and tells nothing secret', async () => {
    await start()
    const ada = await site.signIn('one', 'ada')
    const told: unknown[] = []
    site.router.on('error', (event) => told.push(event))
    later(3601)
    const [refresh = ''] = [...provider.live].slice(-1)
    provider.live.clear()
    const client = site.router.client('one', { user: ada.id })
    expect(await callOf(client)).toBe('reauth_required')
    expect(client.credentials.reauthRequired).toBe(true)
    expect(await callOf(client)).toBe('reauth_required')
    expect(provider.refreshes).toBe(1)
    expect(told.length).toBe(1)
    const texts = [
      inspect(told, { depth: 20 }),
      JSON.stringify(told),
      inspect(site.logged, { depth: 20 }),
      inspect(client, { depth: 9 }),
      JSON.stringify(client),
    ]
    for (const text of texts) {
      expect(text).not.toContain(refresh)
      expect(text).not.toContain('canary')
      expect(text).not.toContain('at-one-ada')
    }
    await site.signIn('one', 'ada')
    expect(await callOf(client)).toMatch(/^at-one-ada/)
    expect(client.credentials.reauthRequired).toBe(false)
  })
})

describe('Stores fail', () => {
  test.each(['get', 'set'])('at "%s" of the account while somebody signs in: nobody is signed in, and the tokens stay', async (failing) => {
    await start()
    const ada = await adaWithTwo()
    site.tokens.fails = (operation, key) => operation === failing && isAccount(key)
    const failed = await site.signIn('one', 'ada')
    site.tokens.fails = () => false
    expect(failed.status).toBe(503)
    expect(await site.keysIn(failed.browser)).toEqual([])
    expect(await callOf(site.router.client('one', { user: ada.id }))).toMatch(/^at-one-ada/)
    expect(await site.keysIn(ada.browser)).toEqual(['one$ada', two])
  })

  test('while an account is being linked: it is taken back, with its tokens', async () => {
    await start()
    const ada = await site.signIn('one', 'ada')
    site.tokens.fails = (operation, key) => operation === 'set' && key.includes(':sessions:')
    expect(await site.link(ada.browser, 'two', 'shared')).toBe(503)
    site.tokens.fails = () => false
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await site.users.listKeys(ada.id)).toEqual(['one$ada'])
    expect([...provider.live].filter((token) => token.startsWith('rt-two-shared')).length).toBe(0)
    await graceWithTwo()
  })

  test('while it is unlinked: nobody counts as signed in by it, and another try ends it', async () => {
    await start()
    const ada = await adaWithTwo()
    site.tokens.fails = (operation, key) => operation !== 'get' && isAccount(key)
    expect(await site.unlink(ada.browser, 'two')).toBe(503)
    site.tokens.fails = () => false
    expect(await callOf(site.router.client('two', { user: ada.id }))).toBe('not_linked')
    await graceWithTwo()
    expect(await site.keysIn(ada.browser)).toEqual(['one$ada'])
  })

  test('at reading: the request is in doubt, and its session goes on afterwards', async () => {
    await start()
    const ada = await adaWithTwo()
    site.tokens.fails = (operation, key) => operation === 'get' && isAccount(key)
    expect((await ada.browser.json(`${site.url}/auth/session`)).status).toBe(503)
    expect(await callOf(site.router.client('two', { user: ada.id }))).toBe('store_unavailable')
    site.tokens.fails = () => false
    expect(await site.keysIn(ada.browser)).toEqual(['one$ada', two])
  })

  test('that answer from a copy for a moment: a login is there all the same', async () => {
    await start()
    const { get } = site.tokens.store
    let misses = 0
    site.tokens.store.get = async (key) => (isAccount(key) && misses-- > 0 ? undefined : get(key))
    const { browser } = await site.signIn('one', 'ada')
    misses = 1
    expect(await site.keysIn(browser)).toEqual(['one$ada'])
  })
})

describe('Held out', () => {
  test('an entry of another client gets no tokens of the former one', async () => {
    await start()
    const ada = await adaWithTwo()
    const other = site.another({
      providers: { one: provider.entry('one'), two: provider.entry('two', { clientId: 'another' }) } as never,
    })
    expect(await callOf(other.client('two', { user: ada.id }))).toBe('credentials_gone')
  })

  test("a client asks for its own provider's accounts, whatever key it is given", async () => {
    await start({
      providers: { one: provider.entry('one'), one_two: provider.entry('one_two') } as never,
    })
    const ada = await site.signIn('one_two', 'ada')
    const client = (slug: string, key?: string): Promise<string> =>
      callOf(site.router.client(slug, { user: ada.id, ...(key === undefined ? {} : { key }) }))
    expect(await client('one')).toBe('not_linked')
    expect(await client('one', 'one_two$ada')).toBe('not_linked')
    expect(await client('one_two', 'one_two$ada')).toMatch(/^at-one_two/)
    for (const user of [{}, [], null, undefined, true]) expect(() => site.router.client('one', { user } as never)).toThrow()
  })

  test.each([
    ['a sealed cookie', undefined],
    ['express-session', session({ secret: 'a secret of the session', resave: false, saveUninitialized: false })],
  ])(
    'twenty-five accounts fit, or are left out, in %s',
    async (_where, before) => {
      const names = Array.from({ length: 25 }, (_, index) => `p${String(index)}`)
      await start(
        { providers: Object.fromEntries(names.map((name) => [name, provider.entry(name)])) as never },
        before ? { before: [before as never] } : {},
      )
      const ids = new Map<string, string>()
      for (const name of names) ids.set(name, (await site.signIn(name, 'many')).id)
      const owner = ids.get('p0') ?? ''
      for (const [name, id] of ids) {
        const key = `${name}$many`
        await site.users.unlink(id, key)
        await site.users.link(owner, { provider: name, id: 'many', key, name: 'Many', roles: [], loggedInAt: '', raw: {} })
      }
      const { browser, status } = await site.signIn('p7', 'many')
      expect(status).toBe(200)
      const keys = (await site.keysIn(browser)) ?? []
      expect(keys.at(-1)).toBe('p7$many')
      expect(keys.length).toBeGreaterThan(1)
      const answers = await site.calls(browser)
      expect(Object.keys(answers).length).toBe(keys.length)
      for (const [slug, answer] of Object.entries(answers)) expect(answer).toMatch(new RegExp(`^at-${slug}-many`))
    },
    60_000,
  )
})
