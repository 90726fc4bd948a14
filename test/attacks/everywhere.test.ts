import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, modeOf, once, overModes, type Needs } from './modes.js'

/** Case 297: a login between the two halves of a sign-out everywhere is listed, and a crowd of one person is no failure. */

attacked({ postgres: true })

// Nobody knows of a person's sessions without a token store.
const needs: Needs = ({ tokens }) => tokens !== 'none'

/** The sign-out stands still before one of its calls to the store, while the same person signs in elsewhere. */
async function signInDuring(attack: Attack, call: number): Promise<'tried' | 'no such call'> {
  await attack.run()
  const [first, second] = [attack.visitor(), attack.visitor()]
  await attack.signIn(first, 'ada')
  const callback = await attack.start(second, 'ada', 'plain', { process: attack.other })
  await attack.tellAll({ do: 'settle' })
  await attack.tell({ do: 'hold call', number: call })
  const ending = attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
  const reached = await Promise.race([attack.tell({ do: 'held', gate: 'store' }).then(() => true), ending.then(() => false)])
  if (reached) {
    const signingIn = second.go(callback, { process: attack.other })
    // It ends by itself, or waits for the sign-out that stands still.
    await Promise.race([
      signingIn,
      new Promise((resolve) => {
        setTimeout(resolve, 200)
      }),
    ])
    await attack.tell({ do: 'open', gate: 'store' })
    await ending
    expect((await signingIn).json()).toEqual({ location: '/' })
  }
  expect(await attack.me(first, { process: attack.other })).toBe(null)
  if (!reached) return 'no such call'
  // The new session may have been ended as well; if it was not, it is known, and ended by the next one.
  await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' }, attack.other)
  for (const process of [0, attack.other]) expect(await attack.me(second, { process })).toBe(null)
  return 'tried'
}

overModes(
  'A login at any moment of a sign-out everywhere is listed, and ended by the next one',
  async (attack) => {
    let call = 0
    while ((await signInDuring(attack, call)) === 'tried') call++
    expect(call).toBeGreaterThanOrEqual(2)
    // The list is the token store's alone; of combinations in which it is the same one, one is enough.
  },
  { needs: ({ session, tokens, processes }) => tokens !== 'none' && session !== 'redis here' && (processes === 2 || session === 'cookie') },
)

overModes(
  'Two sign-outs everywhere at once, and a login after them: both end, and the login stays',
  async (attack) => {
    await attack.run()
    const [first, second] = [attack.visitor(), attack.visitor()]
    await attack.signIn(first, 'ada')
    await Promise.all([0, attack.other].map((process) => attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' }, process)))
    await attack.signIn(second, 'ada', 'plain', { process: attack.other })
    expect([await attack.me(first), await attack.me(second)]).toEqual([null, 'ada'])
  },
  { needs },
)

for (const [place, processes] of [
  ['cookie', 2],
  ['redis', 2],
  ['memory', 1],
] as const) {
  once(
    `A hundred browsers that sign one person in at once on Postgres are all signed in, and all signed out everywhere (${place})`,
    async (attack) => {
      await attack.run()
      const visitors = Array.from({ length: 100 }, () => attack.visitor())
      const callbacks = await Promise.all(visitors.map((visitor) => attack.start(visitor, 'ada')))
      const answers = await Promise.all(
        visitors.map((visitor, index) => visitor.go(callbacks[index] ?? '', { process: index % processes })),
      )
      expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
      for (const visitor of visitors) expect(await attack.me(visitor)).toBe('ada')
      expect(await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })).toBe(100)
      for (const visitor of visitors) expect(await attack.me(visitor, { process: attack.other })).toBe(null)
    },
    modeOf(place, 'postgres', processes),
  )
}
