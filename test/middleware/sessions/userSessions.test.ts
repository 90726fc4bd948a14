import { expect, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import { bindingOf } from '../../../lib/tokens/binding.js'
import type { AuthUser, Registration } from '../../../lib/types.js'
import { createEngine, type Engine } from '../../../middleware/core/engine.js'
import { endEverywhere, noteSession } from '../../../middleware/sessions/userSessions.js'
import { newTokenRecordName, tokenRecordAt } from '../../../middleware/tokens/records.js'

function engineWithStore(appId?: string): Engine {
  return createEngine(
    resolveConfig<object, 'request'>(
      {
        providers: { corp: { protocol: 'oidc', issuer: 'https://id.example', clientId: 'a', clientSecret: 'b' } },
        secret: 'a secret of the tests, long enough to seal',
        baseUrl: 'https://app.example',
        logger: false,
        tokenStore: memoryTokenStore(),
        ...(appId ? { appId } : {}),
      },
      { catalogue: {}, retired: {}, env: {}, warn: () => undefined },
    ),
  )
}

function corp(engine: Engine): Registration {
  const [registration] = engine.registrations()
  if (!registration) throw new Error('The engine has no provider')
  return registration
}

/** Begins so many sessions of one person, each with its tokens in the store. */
async function signInTimes(engine: Engine, times: number, slug: string): Promise<string[]> {
  const user = { provider: slug, id: '1', key: `${slug}$1` } as AuthUser
  const vaults: string[] = []
  for (let index = 0; index < times; index++) {
    const vault = newTokenRecordName(engine)
    vaults.push(vault)
    await tokenRecordAt(engine, corp(engine), vault)?.put({ accessToken: `token ${String(index)}`, tokenType: 'Bearer' })
    await noteSession(engine, {
      version: 2,
      loginKey: user.key,
      salt: 'salt',
      current: user.key,
      accounts: { [user.key]: { user, tokenRecord: vault, binding: bindingOf(corp(engine)) } },
      finished: [],
      createdAt: 0,
    })
  }
  await engine.close()
  return vaults
}

test.each([
  ['short names', 'corp', undefined, 500],
  ['the longest names', 'c'.repeat(64), 'a'.repeat(32), 230],
])('a person has so many sessions that they can all be ended, and the oldest end first: %s', async (_names, slug, appId, least) => {
  const engine = engineWithStore(appId)
  const vaults = await signInTimes(engine, 505, slug)
  const alive = await Promise.all(vaults.map(async (name) => (await tokenRecordAt(engine, corp(engine), name)?.read()) !== undefined))
  const count = alive.filter(Boolean).length
  expect(count).toBeGreaterThanOrEqual(least)
  expect(count).toBeLessThanOrEqual(500)
  expect(alive.lastIndexOf(false)).toBe(vaults.length - count - 1)
  expect(await endEverywhere(engine, [`${slug}$1`])).toBe(count)
  for (const name of vaults) expect(await tokenRecordAt(engine, corp(engine), name)?.read()).toBeUndefined()
})
