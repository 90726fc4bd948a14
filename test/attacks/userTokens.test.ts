import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { AuthRouterOptions } from '../../middleware/index.js'
import type { AppParts } from '../support/hosts.js'
import { type AttackedSite, callOf, later, type Rotating, startRotating, startSite } from './userTokens.js'

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
})
