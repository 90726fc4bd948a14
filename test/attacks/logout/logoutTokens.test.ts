import { expect, test } from '@jest/globals'
import { startLogoutSite } from '../../support/logoutSite.js'
import { startSigningProvider } from '../../support/signingProvider.js'
import { logoutMutants } from './mutants.js'

/** At least 200 logout tokens that are not quite right, through the real route: none ends a session, and the right one does. */

test('no mutant of a logout token is taken, and the control is', async () => {
  const provider = await startSigningProvider()
  const site = await startLogoutSite(provider)
  try {
    const browser = await site.signIn()
    const control = await provider.logoutToken()
    const mutants = await logoutMutants(provider, control)
    expect(new Set(mutants.map(({ token }) => token)).size).toBeGreaterThanOrEqual(200)
    const taken: string[] = []
    for (const { name, token } of mutants) {
      const { status, body, headers } = await site.logOut(token)
      const isRefused = status === 400 && (JSON.parse(body) as { error: string }).error === 'invalid_request'
      if (!isRefused || headers.get('cache-control') !== 'no-store' || (await site.me(browser)) !== 'ada')
        taken.push(`${name}: ${String(status)}`)
    }
    expect(taken).toEqual([])
    expect((await site.logOut(control)).status).toBe(200)
    expect(await site.me(browser)).toBe(null)
  } finally {
    await site.close()
    await provider.close()
  }
}, 60_000)
