import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes } from './modes.js'
import type { Tenants } from './orders.js'
import type { Visitor } from './visitor.js'

/** Case 286, tenants: an account is bound to the address that it was made at, where `providers` is a function (rule R10). */

attacked()

const hosts = ['https://a.example', 'https://b.example']

function byHost({ honest, hostile }: Attack): Tenants {
  return { by: 'host', entries: { 'a.example': { login: honest.oauth2() }, 'b.example': { login: hostile.oauth2() } } }
}

function byPath({ honest, hostile }: Attack): Tenants {
  return { by: 'path', entries: { '/a': { login: honest.oauth2() }, '/b': { login: hostile.oauth2() } } }
}

/** Nothing that knows the person, at any page behind this address; and no provider hears of it. */
async function isNobody(attack: Attack, visitor: Visitor, address: string): Promise<void> {
  const heard = attack.honest.received.length
  const asked = { process: attack.other }
  expect((await visitor.go(`${address}/me`, asked)).body).toBe('null')
  expect((await visitor.go(`${address}/api`, asked)).json()).toMatchObject({ error: 'login_required' })
  expect((await visitor.go(`${address}/private/login`, asked)).json()).toMatchObject({ error: 'login_required' })
  expect((await visitor.go(`${address}/auth/session`, asked)).json()).toEqual({ user: null, accounts: [], csrfToken: null })
  expect(attack.honest.received.length).toBe(heard)
  expect(attack.hostile.received).toEqual([])
}

overModes('A session of one tenant, sent to another at its own host, is nobody there', async (attack) => {
  await attack.run({ baseUrl: hosts, providers: byHost(attack) })
  const visitor = attack.visitor(hosts[0])
  await attack.signIn(visitor, 'ada', 'login')
  expect(await attack.me(visitor)).toBe('ada')

  for (const [name, value] of visitor.jar('a.example')) visitor.jar('b.example').set(name, value)
  attack.honest.expire()
  await isNobody(attack, visitor, 'https://b.example')
  // Signing out there tells neither provider.
  const heard = attack.honest.received.length
  await visitor.go('https://b.example/auth/logout', { method: 'POST' })
  await attack.tellAll({ do: 'settle' })
  expect(attack.hostile.received).toEqual([])
  expect(attack.honest.received.length).toBe(heard)
})

overModes('A session of one tenant is nobody at another that uses the very same provider and client', async (attack) => {
  const login = attack.honest.oauth2()
  await attack.run({ baseUrl: hosts, providers: { by: 'host', entries: { 'a.example': { login }, 'b.example': { login } } } })
  const visitor = attack.visitor(hosts[0])
  await attack.signIn(visitor, 'ada', 'login')
  for (const [name, value] of visitor.jar('a.example')) visitor.jar('b.example').set(name, value)
  await isNobody(attack, visitor, 'https://b.example')
})

overModes('A session of one tenant is nobody at another at its own path, though one cookie reaches both', async (attack) => {
  await attack.run({ mounts: ['/a', '/b'], providers: byPath(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada', 'login', { mount: '/a' })
  expect((await visitor.go('/a/me')).json()).toMatchObject({ id: 'ada' })
  attack.honest.expire()
  await isNobody(attack, visitor, `${attack.url}/b`)
})

overModes(
  'Who signs in at a second tenant takes no account of the first along, and back at the first is nobody or the same as before',
  async (attack) => {
    await attack.run({ mounts: ['/a', '/b'], providers: byPath(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada', 'login', { mount: '/a' })
    await attack.signIn(visitor, 'ada', 'login', { mount: '/b', provider: attack.hostile })
    const { user, accounts } = (await visitor.go('/b/auth/session')).json<{ user: { id: string }; accounts: { key: string }[] }>()
    expect([user.id, accounts.length]).toEqual(['ada', 1])
    expect((await visitor.go('/b/api')).json()).toEqual({ status: 200 })
    expect(JSON.stringify(attack.hostile.received)).not.toMatch(/canary-(?:access|refresh)-honest/)
    // The hostile tenant's "ada" is not the first tenant's.
    const heard = attack.honest.received.length
    expect((await visitor.go('/a/me', { process: attack.other })).body).toBe('null')
    expect(attack.honest.received.length).toBe(heard)
  },
)
