import { expect } from '@jest/globals'
import { holdTokenCall, keysOf, link, startLink, twoProviders, unlink } from './linking.js'
import { attacked, overModes, type Needs } from './modes.js'

/** Rule R13 for sessions with several accounts: a sign-out, and a replaced session, hold against links that are under way and against copies. */

attacked()

const isShared: Needs = ({ session, tokens, processes }) => processes === 1 || session !== 'cookie' || tokens !== 'none'

overModes('A sign-out while the application decides about another account has the last word', async (attack) => {
  await attack.run({ providers: twoProviders(attack), heldLinks: true })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const callback = await startLink(attack, visitor, 'more')
  const late = visitor.copy()
  const finishing = late.go(callback)
  await attack.tell({ do: 'held', gate: 'link' })
  await attack.signOut(visitor)
  await attack.tell({ do: 'open', gate: 'link' })
  expect((await finishing).json()).toMatchObject({ error: 'user_mismatch' })
  await attack.tellAll({ do: 'settle' })
  expect([await attack.me(late), await attack.me(visitor)]).toEqual([null, null])
})

overModes(
  'A sign-out in one process while another one finishes a link has the last word',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const callback = await startLink(attack, visitor, 'more')
    const { asked, goOn } = holdTokenCall(attack)
    const late = visitor.copy()
    const finishing = late.go(callback, { process: attack.other })
    await asked
    await attack.signOut(visitor)
    goOn()
    expect((await finishing).json()).toMatchObject({ error: 'user_mismatch' })
    await attack.tellAll({ do: 'settle' })
    expect([await attack.me(late), await attack.me(late, { process: attack.other })]).toEqual([null, null])
  },
  { needs: isShared },
)

overModes(
  'With tokens in a table of the application, a sign-out in one process holds against a link in another',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack), ownTable: true })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const callback = await startLink(attack, visitor, 'more')
    const { asked, goOn } = holdTokenCall(attack)
    const late = visitor.copy()
    const finishing = late.go(callback, { process: attack.other })
    await asked
    await attack.signOut(visitor)
    goOn()
    await finishing
    await attack.tellAll({ do: 'settle' })
    expect([await attack.me(late), await attack.me(late, { process: attack.other })]).toEqual([null, null])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)
overModes('Who signed out and in again gets no account that was asked for before', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const callback = await startLink(attack, visitor, 'more')
  await attack.signOut(visitor)
  await attack.tellAll({ do: 'pass time', milliseconds: 10 })
  await attack.signIn(visitor, 'ada')
  expect((await visitor.go(callback)).json()).toMatchObject({ error: 'user_mismatch' })
  expect(await keysOf(visitor)).toEqual(['plain$ada'])
})

overModes('Who signs in again in another tab still gets the account', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const callback = await startLink(attack, visitor, 'more')
  await attack.tellAll({ do: 'pass time', milliseconds: 10 })
  await attack.signIn(visitor, 'ada')
  expect((await visitor.go(callback)).status).toBe(200)
  expect(await keysOf(visitor)).toEqual(['plain$ada', 'more$eve'])
})

overModes(
  'A sign-out everywhere by any account of the session ends the sessions of all of them',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const [visitor, lost] = [attack.visitor(), attack.visitor()]
    await attack.signIn(lost, 'ada')
    await attack.signIn(visitor, 'ada')
    await link(attack, visitor, 'more')
    await visitor.go('/switch?key=more$eve')
    await attack.tellAll({ do: 'settle' })
    await attack.signOut(visitor, { form: { everywhere: '1' } })
    expect([await attack.me(lost), await attack.me(lost, { process: attack.other })]).toEqual([null, null])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes(
  'An account that could not be taken out of the store is not said to be removed',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await link(attack, visitor, 'more')
    await attack.tellAll({ do: 'settle' })
    await attack.tell({ do: 'fail', store: 'tokens', fault: 'throws', operations: ['delete'] })
    const { status } = await unlink(visitor, 'more')
    await attack.tellAll({ do: 'settle' })
    await attack.tell({ do: 'fail', store: 'tokens', fault: undefined })
    expect(status).toBe(503)
    expect(await keysOf(visitor)).toEqual(['plain$ada'])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)
for (const step of ['added', 'removed'] as const) {
  overModes(
    `A copy of the session from before an account was ${step} is nobody in any process`,
    async (attack) => {
      await attack.run({ providers: twoProviders(attack) })
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      if (step === 'removed') await link(attack, visitor, 'more')
      const copy = visitor.copy()
      if (step === 'added') await link(attack, visitor, 'more')
      else await unlink(visitor, 'more')
      await attack.tellAll({ do: 'settle' })
      expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
      expect([await attack.me(visitor), await attack.me(visitor, { process: attack.other })]).toEqual(['ada', 'ada'])
    },
    { needs: isShared },
  )
}

overModes(
  'A copy of the session from before an account was added is nobody after a restart',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    await link(attack, visitor, 'more')
    await attack.tellAll({ do: 'settle' })
    await attack.run({ providers: twoProviders(attack) })
    expect([await attack.me(copy), await attack.me(visitor)]).toEqual([null, 'ada'])
  },
  { needs: ({ session, tokens }) => session !== 'cookie' || tokens !== 'none' },
)

overModes(
  'Two accounts that are added at once in two tabs leave one session, which ends with the sign-out',
  async (attack) => {
    await attack.run({ providers: { ...twoProviders(attack), third: attack.honest.oauth2() } })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const callbacks = [await startLink(attack, visitor, 'more'), await startLink(attack, visitor, 'third')]
    const tabs = callbacks.map(() => visitor.copy())
    await Promise.all(tabs.map((tab, index) => tab.go(callbacks[index] ?? '', { process: index === 0 ? 0 : attack.other })))
    await attack.tellAll({ do: 'settle' })
    const kept = (await Promise.all(tabs.map((tab) => keysOf(tab)))).filter((keys) => keys.length > 0)
    expect(kept).toEqual([['plain$ada', expect.stringMatching(/^(?:more|third)\$eve$/)]])
    const [tab] = await Promise.all(tabs.map(async (one) => ((await attack.me(one)) === null ? [] : [one]))).then((all) => all.flat())
    if (!tab) throw new Error('Nobody is signed in')
    await attack.signOut(tab)
    await attack.tellAll({ do: 'settle' })
    expect(await Promise.all(tabs.map((one) => attack.me(one, { process: attack.other })))).toEqual([null, null])
  },
  // Without a token store nothing is changed but by one process at a time where the session's store has no such means: two sessions are left.
  { needs: (mode) => isShared(mode) && (mode.processes === 1 || mode.tokens !== 'none') },
)
