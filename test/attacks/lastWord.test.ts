import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes, type Mode, type Needs } from './modes.js'
import type { Answer, Visitor } from './visitor.js'

/** Case 291: a sign-out, another person and a new login hold against requests that were under way (rule R13). */

attacked()

const hasStore: Needs = ({ session, tokens }) => session !== 'cookie' || tokens !== 'none'

/** A process that shares nothing with the first one cannot know what was done there. */
const elsewhere = ({ other }: Attack, mode: Mode): number => (hasStore(mode) ? other : 0)

/**
 * A sealed cookie that another process writes late, which could not know yet, takes the place of the new one and is worth nothing: that
 * signs the browser out, and brings nobody back.
 */
function orSignedOut(who: (string | null)[], person: string, mode: Mode): (string | null)[] {
  return mode.session === 'cookie' && mode.tokens !== 'none' && mode.processes === 2 ? who.map((each) => each ?? person) : who
}

/** A request that is under way and goes on to write: it stands still when this resolves. */
interface SlowRequest {
  name: string
  begin: (attack: Attack, visitor: Visitor, process: number) => Promise<() => Promise<Answer>>
  needs?: Needs
}

async function standing(attack: Attack, visitor: Visitor, path: string, process: number): Promise<() => Promise<Answer>> {
  const answer = visitor.go(path, { process })
  // Looked at later.
  answer.catch(() => undefined)
  await attack.tell({ do: 'held', gate: 'slow' }, process)
  return async () => {
    await attack.tell({ do: 'open', gate: 'slow' }, process)
    return answer
  }
}

async function longAgo(attack: Attack): Promise<void> {
  await attack.tellAll({ do: 'pass time', milliseconds: 20 * 60_000 })
}

const hasSession: Needs = ({ session }) => session !== 'cookie'

const slowRequests: readonly SlowRequest[] = [
  {
    name: 'a request that has been seen and answers late',
    begin: async (attack, visitor, process) => {
      await longAgo(attack)
      return standing(attack, visitor, '/me?gate=slow', process)
    },
  },
  {
    name: 'a request whose session is loaded and will be marked as seen',
    begin: async (attack, visitor, process) => {
      await longAgo(attack)
      return standing(attack, visitor, '/me?between=slow', process)
    },
  },
  {
    name: 'a request that will refresh',
    begin: async (attack, visitor, process) => {
      attack.honest.expire()
      return standing(attack, visitor, '/api?gate=slow', process)
    },
  },
  { name: 'a request whose refresh is at the provider', begin: refreshing },
  // A sealed cookie holds nothing of the application's.
  {
    name: 'a request whose handler will write into the session',
    begin: (attack, visitor, process) => standing(attack, visitor, '/write?gate=slow', process),
    needs: hasSession,
  },
  {
    name: 'a request whose session is loaded and will be written by a handler',
    begin: (attack, visitor, process) => standing(attack, visitor, '/write?between=slow', process),
    // Of the option session nothing is loaded before the router, and who writes into a session that has ended begins a new one, as
    // everywhere with express-session.
    needs: (mode) => hasSession(mode) && !mode.session.endsWith('here'),
  },
]

async function refreshing(attack: Attack, visitor: Visitor, process: number): Promise<() => Promise<Answer>> {
  attack.honest.expire()
  let isAsked = (): void => undefined
  let goOn = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  attack.honest.script = async ({ path, form }) => {
    if (path !== '/token' || form.get('grant_type') !== 'refresh_token') return undefined
    isAsked()
    await held
    return undefined
  }
  const answer = visitor.go('/api', { process })
  answer.catch(() => undefined)
  await asked
  return async () => {
    goOn()
    return answer
  }
}

async function run(attack: Attack): Promise<Visitor> {
  await attack.run({ options: { expiry: { idle: 3600 } }, providers: { plain: attack.honest.oauth2(), other: attack.honest.oauth2() } })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  return visitor
}

/** Whom a browser, and a copy of what it had before, are taken for now, by every process that can know. */
async function whoIs(attack: Attack, mode: Mode, visitor: Visitor): Promise<(string | null)[]> {
  return Promise.all([0, elsewhere(attack, mode)].map((process) => attack.me(visitor, { process })))
}

for (const { name, begin, needs = () => true } of slowRequests) {
  overModes(
    `After a sign-out, ${name} does not bring the session back`,
    async (attack, mode) => {
      const visitor = await run(attack)
      const former = visitor.copy()
      const goOn = await begin(attack, visitor, elsewhere(attack, mode))
      await attack.signOut(visitor)
      await goOn()
      await attack.tellAll({ do: 'settle' })
      expect([...(await whoIs(attack, mode, visitor)), ...(await whoIs(attack, mode, former))]).toEqual([null, null, null, null])
    },
    { needs },
  )

  overModes(
    `After another person's sign-in, ${name} does not bring the former one back`,
    async (attack, mode) => {
      const visitor = await run(attack)
      const former = visitor.copy()
      const goOn = await begin(attack, visitor, elsewhere(attack, mode))
      await attack.signIn(visitor, 'bob', 'other')
      await goOn()
      await attack.tellAll({ do: 'settle' })
      expect(orSignedOut(await whoIs(attack, mode, visitor), 'bob', mode)).toEqual(['bob', 'bob'])
      expect(await whoIs(attack, mode, former)).toEqual([null, null])
    },
    { needs },
  )

  overModes(
    `After the same person has signed in again, ${name} does not bring the former session back`,
    async (attack, mode) => {
      const visitor = await run(attack)
      const former = visitor.copy()
      const goOn = await begin(attack, visitor, elsewhere(attack, mode))
      await attack.signIn(visitor, 'ada')
      const current = visitor.copy()
      await goOn()
      await attack.tellAll({ do: 'settle' })
      expect(orSignedOut(await whoIs(attack, mode, visitor), 'ada', mode)).toEqual(['ada', 'ada'])
      expect([...(await whoIs(attack, mode, current)), ...(await whoIs(attack, mode, former))]).toEqual(['ada', 'ada', null, null])
    },
    { needs },
  )

  overModes(
    `After a sign-out everywhere, ${name} does not bring the session back`,
    async (attack, mode) => {
      const visitor = await run(attack)
      const former = visitor.copy()
      const goOn = await begin(attack, visitor, elsewhere(attack, mode))
      await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
      await goOn()
      await attack.tellAll({ do: 'settle' })
      expect([...(await whoIs(attack, mode, visitor)), ...(await whoIs(attack, mode, former))]).toEqual([null, null, null, null])
      // Nobody knows of a person's sessions without a token store.
    },
    { needs: (mode) => needs(mode) && mode.tokens !== 'none' },
  )
}

overModes('A callback opened a second time, after the sign-out, does not bring the session back', async (attack, mode) => {
  await attack.run()
  const visitor = attack.visitor()
  const callback = await attack.start(visitor, 'ada')
  // Another window of the same browser, that has not heard of the end of the login yet.
  const late = visitor.copy()
  await visitor.go(callback)
  for (const [name, value] of visitor.jar()) late.jar().set(name, value)
  await attack.signOut(visitor)
  await late.go(callback, { process: elsewhere(attack, mode) })
  expect([...(await whoIs(attack, mode, late)), await attack.me(visitor)]).toEqual([null, null, null])
})

overModes(
  'Of two logins of one browser at once, the one that ends last is who is signed in, and a copy of neither outlives a sign-out everywhere',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    const [first, second] = [await attack.start(visitor, 'ada'), await attack.start(visitor, 'ada', 'corp')]
    const before = visitor.copy()
    await visitor.go(first)
    const copy = visitor.copy()
    // It began before the first one had ended, and does not know of its session.
    await before.go(second, { process: attack.other })
    await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
    await attack.tell({ do: 'logoutEverywhere', key: 'corp$ada' })
    expect([await attack.me(copy), await attack.me(before), await attack.me(visitor)]).toEqual([null, null, null])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes(
  'A callback opened twice, of which the second answer comes after another person has signed in, does not bring the former one back',
  async (attack, mode) => {
    await attack.run({ providers: { plain: attack.honest.oauth2(), other: attack.honest.oauth2() } })
    const visitor = attack.visitor()
    const callback = await attack.start(visitor, 'ada')
    const late = visitor.go(`${callback}&early=slow`, { process: elsewhere(attack, mode) })
    await attack.tell({ do: 'held', gate: 'slow' }, elsewhere(attack, mode))
    await visitor.go(callback)
    await attack.signIn(visitor, 'bob', 'other')
    await attack.tell({ do: 'open', gate: 'slow' }, elsewhere(attack, mode))
    await late
    expect(orSignedOut(await whoIs(attack, mode, visitor), 'bob', mode)).toEqual(['bob', 'bob'])
  },
)
