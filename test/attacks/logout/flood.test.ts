import { expect, test } from '@jest/globals'
import { startLogoutSite } from '../../support/logoutSite.js'
import { rounds } from '../../support/rounds.js'
import { startSigningProvider } from '../../support/signingProvider.js'

/** Case 104: strangers send logout tokens that look right, of keys that nobody has, as fast as they can. */

const count = rounds({ short: 1_000, long: 10_000 })
const atOnce = 4

test('a flood of bad logout tokens fetches keys at most once a minute, and honest users sign in as before', async () => {
  const provider = await startSigningProvider()
  const site = await startLogoutSite(provider)
  try {
    const signInTimes = async (times: number): Promise<number[]> => {
      const taken: number[] = []
      for (let index = 0; index < times; index++) {
        const started = performance.now()
        const browser = await site.signIn()
        taken.push(performance.now() - started)
        expect(await site.me(browser)).toBe('ada')
      }
      return taken.sort((a, b) => a - b)
    }
    await signInTimes(20)

    const [, payload = ''] = (await provider.logoutToken({ sid: 'nobody' })).split('.')
    const header = (kid: string): string => Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'logout+jwt', kid })).toString('base64url')
    const signature = 'A'.repeat(342)
    const before = provider.calls.get('/keys') ?? 0
    let sent = 0
    const statuses = new Map<number, number>()
    const flood = Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (sent < count) {
          const { status } = await site.logOut(`${header(`kid-${String(sent++)}`)}.${payload}.${signature}`)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }),
    )
    const busy = await signInTimes(30)
    await flood
    expect([...statuses.keys()]).toEqual([400])
    const fetched = (provider.calls.get('/keys') ?? 0) - before
    expect(fetched).toBeLessThanOrEqual(1)
    // Flood and application share one process here; what counts is that no sign-in waits for the provider or is refused.
    expect(busy.at(-1)).toBeLessThan(5_000)
    // A right one is taken all the same.
    const browser = await site.signIn()
    expect((await site.logOut(await provider.logoutToken())).status).toBe(200)
    expect(await site.me(browser)).toBe(null)
  } finally {
    await site.close()
    await provider.close()
  }
}, 300_000)
