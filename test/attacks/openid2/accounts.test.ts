import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { type Openid2Provider, startOpenid2Provider } from '../../../testing/index.js'
import { addressOf, readAnswer } from '../../support/openid2/site.js'
import type { Attack } from '../attack.js'
import { attacked, overModes } from '../modes.js'
import type { Answer, Visitor } from '../visitor.js'

/** Accounts that came without tokens are accounts like any other, however sessions and tokens are kept; and case 127 in several processes. */

attacked()

let provider: Openid2Provider
beforeAll(async () => {
  provider = await startOpenid2Provider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await provider.close()
})
beforeEach(() => {
  provider.tampering = {}
})

async function run(attack: Attack): Promise<void> {
  const house = { protocol: 'openid2', identifier: provider.identifier }
  await attack.run({
    providers: { plain: attack.honest.oauth2(), corp: attack.honest.oidc(), house, quick: { ...house, associations: true } },
  })
}

/** Up to the callback, which is still to be opened: its address. */
async function begin(visitor: Visitor, slug = 'house', process = 0, method = 'GET'): Promise<string> {
  const start = await visitor.go(`/auth/${slug}${method === 'POST' ? '/link' : ''}`, { process, method })
  expect(start.status).toBe(200)
  return addressOf(await readAnswer(await fetch(start.json<{ location: string }>().location, { redirect: 'manual' })))
}

async function signIn(visitor: Visitor, slug = 'house', process = 0): Promise<Answer> {
  return visitor.go(await begin(visitor, slug, process), { process })
}

const errorOf = (answer: Answer): string | undefined => answer.json<{ error?: string } | null>()?.error

overModes('An account without tokens is kept, linked, unlinked and signed out like any other', async (attack) => {
  await run(attack)
  const visitor = attack.visitor()
  const id = provider.identifierOf('ada-id')
  for (const slug of ['house', 'quick']) expect((await signIn(visitor, slug)).status).toBe(200)
  for (const process of [0, attack.other]) expect(await attack.me(visitor, { process })).toBe(id)

  // Added to an account with tokens, and the other way round.
  const other = attack.visitor()
  await attack.signIn(other, 'ada', 'plain')
  expect((await other.go(await begin(other, 'house', 0, 'POST'))).status).toBe(200)
  const key = `house$${id}`
  expect((await other.go(`/switch?key=${encodeURIComponent(key)}`, { process: attack.other })).json()).toBe(key)
  expect((await other.go('/private/house')).json()).toEqual({ id })
  expect((await other.go('/auth/house/unlink', { method: 'POST' })).status).toBeLessThan(400)
  expect((await other.go('/private/house')).json()).toMatchObject({ error: 'login_required' })
  expect(await attack.me(other)).not.toBeNull()

  await attack.signOut(visitor, { process: attack.other })
  for (const process of [0, attack.other]) expect(await attack.me(visitor, { process })).toBeNull()
})

overModes('A call of its API says that there is none, and not that anybody has signed out', async (attack) => {
  await run(attack)
  const visitor = attack.visitor()
  await signIn(visitor)
  for (const path of ['/api', '/seal', '/revoke']) {
    const answer = await visitor.go(path, { process: attack.other })
    expect([path, answer.status, errorOf(answer)]).toEqual([path, 401, 'credentials_gone'])
  }
  expect(await attack.me(visitor)).toBe(provider.identifierOf('ada-id'))
})

overModes(
  'A user without tokens is signed out everywhere',
  async (attack) => {
    await run(attack)
    const [one, two] = [attack.visitor(), attack.visitor()]
    await signIn(one)
    await signIn(two, 'house', attack.other)
    await attack.tell({ do: 'logoutEverywhere', key: `house$${provider.identifierOf('ada-id')}` })
    for (const visitor of [one, two]) {
      for (const process of [0, attack.other]) expect(await attack.me(visitor, { process })).toBeNull()
    }
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes(
  '127 An answer counts once, in whatever process',
  async (attack) => {
    await run(attack)
    let nonce: string | undefined
    provider.tampering = { beforeSigning: (fields) => ({ ...fields, response_nonce: (nonce ??= fields['response_nonce'] ?? '') }) }
    for (const slug of ['house', 'quick']) {
      nonce = undefined
      expect((await signIn(attack.visitor(), slug)).status).toBe(200)
      const replayed = await signIn(attack.visitor(), slug, attack.other)
      expect([replayed.status, errorOf(replayed)]).toEqual([400, 'assertion_invalid'])
    }
  },
  { needs: ({ tokens, processes }) => processes === 1 || tokens === 'redis' },
)

overModes(
  '127 An answer counts once, also after the process has begun anew',
  async (attack) => {
    await run(attack)
    let nonce: string | undefined
    provider.tampering = { beforeSigning: (fields) => ({ ...fields, response_nonce: (nonce ??= fields['response_nonce'] ?? '') }) }
    expect((await signIn(attack.visitor())).status).toBe(200)
    await run(attack)
    expect(errorOf(await signIn(attack.visitor()))).toBe('assertion_invalid')
  },
  { needs: ({ tokens }) => tokens === 'redis' },
)
