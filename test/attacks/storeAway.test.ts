import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes, type Needs } from './modes.js'
import type { StoreFault } from './orders.js'
import type { Visitor } from './visitor.js'

/** Case 288: what the token store cannot say counts as signed out (rule R12). */

attacked()

// Without a token store there is nothing to ask, and nobody knows of a person's sessions.
const needs: Needs = ({ tokens }) => tokens !== 'none'

/** A store that hangs is waited for, so that two combinations have to do. */
const needsFor =
  (fault: StoreFault): Needs =>
  (mode) =>
    needs(mode) && (fault !== 'hangs' || (mode.session === 'cookie' && (mode.tokens === 'memory' || mode.processes === 2)))

const faults: readonly StoreFault[] = ['throws', 'hangs', 'gives nothing', 'gives garbage']

/** Neither the application, nor a page behind a guard, nor the API, nor our own routes take this visitor for somebody. */
async function isNeverSignedIn(attack: Attack, visitor: Visitor): Promise<void> {
  const process = attack.other
  const [me, guarded, api, session] = await Promise.all(
    ['/me', '/private', '/api', '/auth/session'].map((path) => visitor.go(path, { process })),
  )
  expect(me?.body).toBe('null')
  expect([401, 503]).toContain(guarded?.status)
  expect([401, 503]).toContain(api?.status)
  if (session?.status === 200) expect(session.json()).toMatchObject({ user: null })
  else expect(session?.status).toBe(503)
}

for (const fault of faults) {
  overModes(
    `Whoever was signed out everywhere stays so while the token store ${fault}`,
    async (attack) => {
      await attack.run()
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      // Each process has seen the session, so that whatever it may remember of it, it remembers.
      for (const process of [0, attack.other]) expect(await attack.me(visitor, { process })).toBe('ada')
      await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
      await attack.tellAll({ do: 'fail', store: 'tokens', fault })
      await isNeverSignedIn(attack, visitor)
      await attack.tellAll({ do: 'fail', store: 'tokens', fault: undefined })
      expect(await attack.me(visitor, { process: attack.other })).toBe(null)
    },
    { needs: needsFor(fault) },
  )

  overModes(
    `A copy of a session that was signed out stays so while the token store ${fault}`,
    async (attack) => {
      await attack.run()
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      const copy = visitor.copy()
      for (const process of [0, attack.other]) expect(await attack.me(copy, { process })).toBe('ada')
      await attack.signOut(visitor)
      await attack.tellAll({ do: 'fail', store: 'tokens', fault })
      await isNeverSignedIn(attack, copy)
    },
    { needs: needsFor(fault) },
  )
}

for (const fault of faults.filter((each) => each !== 'gives nothing')) {
  overModes(
    `A session outlives a moment in which the token store ${fault}: 503 where the person is needed, nobody elsewhere, and the cookies stay`,
    async (attack) => {
      await attack.run()
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      const before = new Map(visitor.jar())
      await attack.tellAll({ do: 'fail', store: 'tokens', fault })
      const process = attack.other
      const [me, guarded, api, session] = await Promise.all(
        ['/me', '/private', '/api', '/auth/session'].map((path) => visitor.go(path, { process })),
      )
      expect([me?.status, me?.body]).toEqual([200, 'null'])
      // A record that cannot be read may be one that is not there any more.
      const allowed = fault === 'gives garbage' ? [401, 503] : [503]
      expect(allowed).toContain(guarded?.status)
      expect([401, 503]).toContain(api?.status)
      if (fault !== 'gives garbage') expect(session?.status).toBe(503)
      await attack.tellAll({ do: 'fail', store: 'tokens', fault: undefined })
      expect(visitor.jar()).toEqual(before)
      expect(await attack.me(visitor, { process })).toBe('ada')
    },
    { needs: needsFor(fault) },
  )
}

overModes(
  'A sign-out while the token store is away is a 503, or holds when the store is back',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    await attack.tellAll({ do: 'fail', store: 'tokens', fault: 'throws' })
    const { status } = await attack.signOut(visitor)
    await attack.tellAll({ do: 'fail', store: 'tokens', fault: undefined })
    await attack.tellAll({ do: 'settle' })
    if (status === 503) return
    for (const process of [0, attack.other]) expect(await attack.me(copy, { process })).toBe(null)
  },
  { needs },
)

overModes(
  'A login while the token store is away fails, and leaves nobody signed in',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    const callback = await attack.start(visitor, 'ada')
    await attack.tellAll({ do: 'fail', store: 'tokens', fault: 'throws' })
    expect((await visitor.go(callback)).status).toBe(503)
    await attack.tellAll({ do: 'fail', store: 'tokens', fault: undefined })
    expect(await attack.me(visitor, { process: attack.other })).toBe(null)
  },
  { needs },
)
