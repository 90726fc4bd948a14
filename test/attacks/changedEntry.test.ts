import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes } from './modes.js'
import type { Entries } from './orders.js'

/** Case 286, configuration: when a slug's entry changes hands, accounts of the former one are absent and no token leaves (rule R10). */

attacked()

interface Change {
  name: string
  slug: 'plain' | 'corp'
  after: (attack: Attack) => Entries
}

const changes: Change[] = [
  {
    name: 'another provider under the same client id',
    slug: 'plain',
    after: ({ honest, hostile }) => ({ plain: hostile.oauth2({ clientId: honest.oauth2()['clientId'] }) }),
  },
  {
    name: 'another issuer under the same client id',
    slug: 'corp',
    after: ({ honest, hostile }) => ({ corp: hostile.oidc({ clientId: honest.oidc()['clientId'] }) }),
  },
  { name: 'another client', slug: 'plain', after: ({ honest }) => ({ plain: honest.oauth2({ clientId: 'somebody-else' }) }) },
  {
    name: 'a token endpoint elsewhere',
    slug: 'plain',
    after: ({ honest, hostile }) => ({ plain: honest.oauth2({ tokenEndpoint: `${hostile.origin}/token` }) }),
  },
  {
    name: 'an API elsewhere',
    slug: 'plain',
    after: ({ honest, hostile }) => ({ plain: honest.oauth2({ apiBaseUrl: `${hostile.origin}/api/` }) }),
  },
]

for (const { name, slug, after } of changes) {
  overModes(`After a restart with ${name} for a slug, its accounts are absent`, async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada', slug)
    const sealed = (await visitor.go('/seal')).json<string>()
    expect(await attack.tell({ do: 'call sealed', slug, sealed })).toBe(200)
    attack.honest.expire()

    await attack.run({ providers: after(attack) })
    const heard = attack.honest.received.length
    const former = visitor.copy()
    expect(await attack.me(visitor, { process: attack.other })).toBe(null)
    expect((await visitor.go('/api')).json()).toMatchObject({ error: 'login_required' })
    await expect(attack.tell({ do: 'call sealed', slug, sealed })).rejects.toThrow('credentials_unreadable')
    await attack.signOut(former)
    await attack.tellAll({ do: 'settle' })
    // Another client of the same provider must not bring these tokens either, not even to revoke them.
    expect(attack.honest.received.length).toBe(heard)
    expect(JSON.stringify(attack.hostile.received)).not.toMatch(/canary-(?:access|refresh)-honest/)
  })
}

overModes('When a lookup answers with another provider from now on, the sessions of the former one are absent at once', async (attack) => {
  await attack.run({ providers: { by: 'slug', entries: { '*': { plain: attack.honest.oauth2() } } } })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  attack.honest.expire()
  await attack.tellAll({ do: 'entries', entries: { '*': { plain: attack.hostile.oauth2() } } })
  expect(await attack.me(visitor)).toBe(null)
  expect((await visitor.go('/api')).json()).toMatchObject({ error: 'login_required' })
  await attack.signOut(visitor)
  await attack.tellAll({ do: 'settle' })
  expect(attack.hostile.received).toEqual([])
})

// Without a token store nobody knows of a person's sessions.
overModes(
  'Signing out everywhere after an entry has changed sends no token to its new provider',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await attack.run({ providers: { plain: attack.hostile.oauth2() } })
    await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
    await attack.tellAll({ do: 'settle' })
    await attack.run()
    expect(await attack.me(visitor, { process: attack.other })).toBe(null)
    expect(attack.hostile.received).toEqual([])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

// Tokens of the application's own are kept in a token store, or in memory that ends with the process.
overModes(
  'Tokens of the application itself are not brought to another provider of the same slug and client id',
  async (attack) => {
    await attack.run()
    expect(await attack.tell({ do: 'call as the application', slug: 'plain' })).toBe(200)
    await attack.run({ providers: { plain: attack.hostile.oauth2({ clientId: attack.honest.oauth2()['clientId'] }) } })
    await attack.tell({ do: 'call as the application', slug: 'plain' }, attack.other)
    expect(JSON.stringify(attack.hostile.received)).not.toMatch(/canary-(?:access|refresh)-honest/)
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes('Control: another path at the same provider, another title and more scopes sign nobody out', async (attack) => {
  await attack.run()
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await attack.run({
    providers: {
      plain: attack.honest.oauth2({
        title: 'New name',
        userinfoEndpoint: `${attack.honest.origin}/v2/userinfo`,
        scope: ['profile', 'email'],
      }),
    },
  })
  expect(await attack.me(visitor, { process: attack.other })).toBe('ada')
  expect((await visitor.go('/api')).json()).toEqual({ status: 200 })
})
