import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes, type Needs } from './modes.js'
import type { Visitor } from './visitor.js'

/** Beside case 288: tokens that a process holds because the token store would not take them are no reason to count as signed in. */

attacked()

/** A refresh whose tokens cannot be kept takes two seconds, so that three combinations have to do. */
const needs: Needs = ({ session, tokens, processes, express }) =>
  tokens !== 'none' && (processes === 2 ? session === 'cookie' || express === 4 : session === 'cookie' && tokens === 'memory')

/** One process has refreshed, and the store did not take what came of it: it waits there to be written. */
async function withPendingTokens(attack: Attack): Promise<Visitor> {
  await attack.run()
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const process = attack.other
  await attack.tell({ do: 'fail', store: 'tokens', fault: 'throws', operations: ['set'] }, process)
  attack.honest.expire()
  await visitor.go('/api', { process })
  expect(attack.honest.received.filter(({ body }) => body.includes('grant_type=refresh_token')).length).toBe(1)
  return visitor
}

for (const isHealed of [true, false]) {
  overModes(
    `After a sign-out everywhere, a process with tokens that wait to be written takes nobody for signed in (${isHealed ? 'the store is back' : 'the store still takes nothing'})`,
    async (attack) => {
      const visitor = await withPendingTokens(attack)
      // The process that ends them can write; in one process it is the same one.
      if (isHealed) await attack.tell({ do: 'fail', store: 'tokens', fault: undefined }, attack.other)
      await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
      expect(await attack.me(visitor, { process: attack.other })).toBe(null)
      await attack.tell({ do: 'fail', store: 'tokens', fault: undefined }, attack.other)
      expect([await attack.me(visitor), await attack.me(visitor, { process: attack.other })]).toEqual([null, null])
    },
    { needs: (mode) => needs(mode) && (isHealed || mode.processes === 2) },
  )

  overModes(
    `After the sign-out of a session, a copy is nobody where its tokens wait to be written (${isHealed ? 'the store is back' : 'the store still takes nothing'})`,
    async (attack) => {
      const visitor = await withPendingTokens(attack)
      const copy = visitor.copy()
      if (isHealed) await attack.tell({ do: 'fail', store: 'tokens', fault: undefined }, attack.other)
      expect((await attack.signOut(visitor)).status).toBe(200)
      expect(await attack.me(copy, { process: attack.other })).toBe(null)
    },
    { needs: (mode) => needs(mode) && (isHealed || mode.processes === 2) },
  )
}
