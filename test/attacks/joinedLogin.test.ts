import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes } from './modes.js'
import { startHostileOauth1, type HostileOauth1 } from './oauth1.js'
import type { Visitor } from './visitor.js'

/** Case 287: what joins two requests to one login is never a value that a provider chose (rule R11). */

attacked()

let old: HostileOauth1
beforeAll(async () => {
  old = await startHostileOauth1()
})
afterAll(async () => {
  await old.close()
})
beforeEach(() => {
  old.received.length = 0
})

async function run(attack: Attack): Promise<void> {
  await attack.run({ providers: { plain: attack.honest.oauth2(), corp: attack.honest.oidc(), old: old.entry } })
}

function stateOf(callback: string): string {
  return new URL(callback).searchParams.get('state') ?? ''
}

/** The attacker's server names the other login's state as its request token, and the browser goes there and comes back. */
async function startOld(attack: Attack, visitor: Visitor, requestToken: string, process = 0): Promise<string> {
  old.requestToken = requestToken
  expect((await visitor.go('/auth/old', { process })).status).toBe(200)
  return old.callback(attack.url)
}

overModes('Who names the state of a login that has just been finished gets nothing of it', async (attack) => {
  await run(attack)
  const [victim, attacker] = [attack.visitor(), attack.visitor()]
  const callback = await attack.start(victim, 'ada')
  const trap = await startOld(attack, attacker, stateOf(callback), attack.other)
  expect((await victim.go(callback)).status).toBe(200)
  await attacker.go(trap, { process: attack.other })
  expect(await attack.me(attacker)).not.toBe('ada')
  expect(await attack.me(victim)).toBe('ada')
})

overModes('Who names the state of a login that is being finished gets nothing of it', async (attack) => {
  await run(attack)
  const [victim, attacker] = [attack.visitor(), attack.visitor()]
  const callback = await attack.start(victim, 'ada')
  const trap = await startOld(attack, attacker, stateOf(callback), attack.other)
  let isAsked = (): void => undefined
  let goOn = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  attack.honest.script = async ({ path }) => {
    if (path !== '/token') return undefined
    isAsked()
    await held
    return undefined
  }
  const finishing = victim.go(callback)
  await asked
  const robbing = attacker.go(trap, { process: attack.other })
  // It is either answered by itself, or waits for what it must not get.
  await Promise.race([
    robbing,
    new Promise((resolve) => {
      setTimeout(resolve, 100)
    }),
  ])
  goOn()
  expect((await finishing).status).toBe(200)
  await robbing
  expect(await attack.me(attacker)).not.toBe('ada')
  expect(await attack.me(victim)).toBe('ada')
})

overModes("Who is sent through the attacker's server does not end in the attacker's account at another provider", async (attack) => {
  await run(attack)
  const [victim, attacker] = [attack.visitor(), attack.visitor()]
  const callback = await attack.start(attacker, 'mallory-at-plain')
  const trap = await startOld(attack, victim, stateOf(callback), attack.other)
  await attacker.go(callback)
  await victim.go(trap, { process: attack.other })
  expect(await attack.me(victim)).not.toBe('mallory-at-plain')
})

overModes('A login is not used up by somebody who brings its state to another provider first', async (attack) => {
  await run(attack)
  const [victim, attacker] = [attack.visitor(), attack.visitor()]
  const callback = await attack.start(victim, 'ada')
  const trap = await startOld(attack, attacker, stateOf(callback), attack.other)
  await attacker.go(trap, { process: attack.other })
  expect((await victim.go(callback)).json()).toEqual({ location: '/' })
  expect(await attack.me(victim)).toBe('ada')
})

overModes('A login in one tab is not lost to one at a server that names its state, in the other tab', async (attack) => {
  await run(attack)
  const visitor = attack.visitor()
  const callback = await attack.start(visitor, 'ada')
  const trap = await startOld(attack, visitor, stateOf(callback), attack.other)
  expect((await visitor.go(callback)).json()).toEqual({ location: '/' })
  expect(await attack.me(visitor)).toBe('ada')
  // And the other one is finished for itself, not taken for the first one opened twice.
  await visitor.go(trap, { process: attack.other })
  expect(await attack.me(visitor)).toBe('mallory')
})

overModes('A server that names the same request token for everybody joins nobody to anybody', async (attack) => {
  await run(attack)
  const [first, second] = [attack.visitor(), attack.visitor()]
  const trap = await startOld(attack, first, 'always-the-same')
  await startOld(attack, second, 'always-the-same', attack.other)
  old.person = 'first'
  await first.go(trap)
  old.person = 'second'
  await second.go(trap, { process: attack.other })
  old.person = 'mallory'
  expect([await attack.me(first), await attack.me(second)]).toEqual(['first', 'second'])
})

overModes(
  'Control: one callback opened five times at once by one browser is one login',
  async (attack) => {
    await run(attack)
    const visitor = attack.visitor()
    const callback = await attack.start(visitor, 'ada')
    const answers = await Promise.all([0, 0, attack.other, 0, attack.other].map((process) => visitor.copy().go(callback, { process })))
    // Processes that share nothing cannot know of each other's.
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    expect(attack.honest.calls('/token')).toBe(1)
  },
  { needs: ({ processes, tokens }) => processes === 1 || tokens !== 'none' },
)
