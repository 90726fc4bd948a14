import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes, type Mode, type Needs } from './modes.js'
import type { Visitor } from './visitor.js'

/** Case 300: two applications on one host, with one secret and one store, and different `appId`. */

attacked()

// What a middleware of the application's own leaves on the request is one session for both, by the application's wish.
const needs: Needs = ({ session }) => session === 'cookie' || session.endsWith('here')

/** One application for each process, or both in one. */
async function run(attack: Attack, { processes }: Mode): Promise<void> {
  const apps = { '/one': { appId: 'one' }, '/two': { appId: 'two' } }
  if (processes === 1) {
    await attack.run({ apps })
    return
  }
  await attack.runOne(0, { apps: { '/one': apps['/one'] } })
  await attack.runOne(1, { apps: { '/two': apps['/two'] } })
}

async function me(visitor: Visitor, mount: '/one' | '/two', { other }: Attack): Promise<string | null> {
  return (await visitor.go(`${mount}/me`, { process: mount === '/one' ? 0 : other })).json<{ id: string } | null>()?.id ?? null
}

overModes(
  'Whoever signs in at one application is nobody at the other, and both sessions live side by side',
  async (attack, mode) => {
    await run(attack, mode)
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada', 'plain', { mount: '/one' })
    expect([await me(visitor, '/one', attack), await me(visitor, '/two', attack)]).toEqual(['ada', null])
    await attack.signIn(visitor, 'bob', 'plain', { mount: '/two', process: attack.other })
    expect([await me(visitor, '/one', attack), await me(visitor, '/two', attack)]).toEqual(['ada', 'bob'])
    await visitor.go('/two/auth/logout', { method: 'POST', process: attack.other })
    expect([await me(visitor, '/one', attack), await me(visitor, '/two', attack)]).toEqual(['ada', null])
  },
  { needs },
)

overModes(
  'The cookie of one application, renamed to that of the other, opens nothing',
  async (attack, mode) => {
    await run(attack, mode)
    const [ada, bob] = [attack.visitor(), attack.visitor()]
    await attack.signIn(ada, 'ada', 'plain', { mount: '/one' })
    await attack.signIn(bob, 'bob', 'plain', { mount: '/two', process: attack.other })
    const forger = attack.visitor()
    const values = [...ada.jar().values()]
    ;[...bob.jar().keys()].forEach((name, index) => forger.jar().set(name, values[index] ?? values[0] ?? ''))
    expect(await me(forger, '/two', attack)).toBe(null)
    expect((await forger.go('/two/api', { process: attack.other })).json()).toMatchObject({ error: 'login_required' })
  },
  { needs },
)

overModes(
  'A login begun at one application is not finished at the other',
  async (attack, mode) => {
    await run(attack, mode)
    const visitor = attack.visitor()
    const callback = await attack.start(visitor, 'ada', 'plain', { mount: '/one' })
    const names = [...visitor.jar().keys()]
    // Renamed too, so that the other application finds it.
    for (const name of names) visitor.jar().set(name.replace('ar-one', 'ar-two'), visitor.jar().get(name) ?? '')
    const answer = await visitor.go(callback.replace('/one/', '/two/'), { process: attack.other })
    expect([answer.status, answer.json()]).toMatchObject([400, { error: 'state_unknown' }])
    expect(attack.honest.calls('/token')).toBe(0)
  },
  { needs },
)
