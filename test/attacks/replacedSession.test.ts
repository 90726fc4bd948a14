import { expect } from '@jest/globals'
import { attacked, overModes, type Needs } from './modes.js'

/** Beside case 291: other ways in which an ended session, or a copy of it, could go on (rule R13). */

attacked()

const hasTokens: Needs = ({ tokens }) => tokens !== 'none'

// A process that keeps nothing, and shares nothing, can only remember what it has ended itself.
overModes('A copy of a session that was signed out is nobody hours later, when others have signed out as well', async (attack) => {
  await attack.run()
  const [visitor, other] = [attack.visitor(), attack.visitor()]
  await attack.signIn(visitor, 'ada')
  const copy = visitor.copy()
  await attack.signOut(visitor)
  await attack.tellAll({ do: 'pass time', milliseconds: 3 * 3600_000 })
  await attack.signIn(other, 'bob')
  await attack.signOut(other)
  expect(await attack.me(copy)).toBe(null)
})

overModes(
  'A sign-in while the token store failed for a moment ends the session that it replaces all the same',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    const callback = await attack.start(visitor, 'bob')
    // The session is looked at first, and cannot be checked; all that follows works.
    await attack.tell({ do: 'fail', store: 'tokens', fault: 'throws', operations: ['get'], times: 1 })
    const { status } = await visitor.go(callback)
    await attack.tell({ do: 'fail', store: 'tokens', fault: undefined })
    await attack.tellAll({ do: 'settle' })
    if (status === 503) return
    expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
  },
  { needs: hasTokens },
)

overModes(
  'A sign-out while the token store failed for a moment ends the session for every process, or says that it did not',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    await attack.tell({ do: 'fail', store: 'tokens', fault: 'throws', operations: ['get'], times: 1 })
    const { status } = await attack.signOut(visitor)
    await attack.tell({ do: 'fail', store: 'tokens', fault: undefined })
    await attack.tellAll({ do: 'settle' })
    if (status === 503) return
    expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
  },
  { needs: hasTokens },
)

overModes(
  'A write of a session that is on its way to the store when the person signs out does not bring it back',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    await attack.tell({ do: 'hold write' }, attack.other)
    const writing = copy.go('/write', { process: attack.other })
    await attack.tell({ do: 'held', gate: 'store' }, attack.other)
    await attack.signOut(visitor)
    await attack.tell({ do: 'open', gate: 'store' }, attack.other)
    await writing
    await attack.tellAll({ do: 'settle' })
    expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
  },
  { needs: ({ session, processes }) => session.startsWith('redis') && processes === 2 },
)

overModes(
  'A thief who writes into the session all the time does not outlive the sign-out',
  async (attack) => {
    await attack.run()
    for (let round = 0; round < 5; round++) {
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      const thief = visitor.copy()
      let isOver = false
      const writing = Array.from({ length: 20 }, async () => {
        while (!isOver) await thief.copy().go('/write', { process: attack.other })
      })
      for (let request = 0; request < 5; request++) await attack.me(visitor)
      await attack.signOut(visitor)
      isOver = true
      await Promise.all(writing)
      expect([round, await attack.me(thief), await attack.me(thief, { process: attack.other })]).toEqual([round, null, null])
    }
  },
  { needs: ({ session }) => session !== 'cookie' },
)

overModes(
  "Where tokens are in a table of the application's own, a copy of a session that was signed out is nobody in any process",
  async (attack) => {
    await attack.run({ ownTable: true })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const copy = visitor.copy()
    for (const process of [0, attack.other]) expect(await attack.me(copy, { process })).toBe('ada')
    await attack.signOut(visitor)
    expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
  },
  { needs: hasTokens },
)

overModes(
  'A sign-out everywhere that cannot read whom to sign out does not say that it has',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await attack.tellAll({ do: 'settle' })
    await attack.tell({ do: 'fail', store: 'tokens', fault: 'gives garbage', operations: ['get'] })
    const outcome = await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' }).then(
      () => 'done',
      (error: unknown) => String(error),
    )
    await attack.tell({ do: 'fail', store: 'tokens', fault: undefined })
    if (outcome === 'done') expect(await attack.me(visitor)).toBe(null)
    else expect(outcome).toContain('store_unavailable')
  },
  { needs: hasTokens },
)

overModes(
  'A late answer of a session that is sent again with every answer does not take the place of the next one',
  async (attack, mode) => {
    // With no shared knowledge of sign-outs, or none until the next read, another process cannot hold its answer back.
    const elsewhere = mode.session === 'cookie' ? 0 : attack.other
    await attack.run({
      rolling: true,
      options: { remember: 7200, expiry: { rolling: true } },
      providers: { plain: attack.honest.oauth2(), other: attack.honest.oauth2() },
    })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await attack.tellAll({ do: 'pass time', milliseconds: 20 * 60_000 })
    const former = visitor.copy()
    const late = visitor.go('/write?gate=slow', { process: elsewhere })
    await attack.tell({ do: 'held', gate: 'slow' }, elsewhere)
    await attack.signIn(visitor, 'bob', 'other')
    await attack.tell({ do: 'open', gate: 'slow' }, elsewhere)
    await late
    const who = [await attack.me(visitor), await attack.me(visitor, { process: attack.other })]
    // Where it was held back bob is signed in, where it could not be nobody is: never ada.
    if (mode.processes === 1) expect(who).toEqual(['bob', 'bob'])
    else expect(who).not.toContain('ada')
    expect([await attack.me(former), await attack.me(former, { process: elsewhere })]).toEqual([null, null])
  },
)

overModes('A session whose accounts are absent where somebody else signs in is replaced all the same: a copy is nobody', async (attack) => {
  await attack.run({
    mounts: ['/a', '/b'],
    providers: { by: 'path', entries: { '/a': { login: attack.honest.oauth2() }, '/b': { login: attack.hostile.oauth2() } } },
  })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada', 'login', { mount: '/a' })
  const copy = visitor.copy()
  await attack.signIn(visitor, 'ada', 'login', { mount: '/b', provider: attack.hostile })
  await attack.tellAll({ do: 'settle' })
  expect((await copy.go('/a/me')).body).toBe('null')
})

for (const ending of ['a sign-out', 'a sign-out everywhere'] as const) {
  overModes(
    `A handler that revokes the tokens during ${ending} leaves no mark that counts as a session`,
    async (attack) => {
      await attack.run()
      const visitor = attack.visitor()
      await attack.signIn(visitor, 'ada')
      const copy = visitor.copy()
      let isAsked = (): void => undefined
      let goOn = (): void => undefined
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve
      })
      const held = new Promise<void>((resolve) => {
        goOn = resolve
      })
      attack.honest.script = async ({ path }) => {
        if (path !== '/revoke') return undefined
        isAsked()
        await held
        return undefined
      }
      const revoking = copy.go('/revoke', { process: attack.other })
      await asked
      if (ending === 'a sign-out') await attack.signOut(visitor)
      else await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
      goOn()
      await revoking
      await attack.tellAll({ do: 'settle' })
      expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
    },
    { needs: hasTokens },
  )
}

overModes('Who signs out where their account is absent is signed out where it is present, with every copy', async (attack) => {
  await attack.run({
    mounts: ['/a', '/b'],
    providers: { by: 'path', entries: { '/a': { login: attack.honest.oauth2() }, '/b': { login: attack.hostile.oauth2() } } },
  })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada', 'login', { mount: '/a' })
  const copy = visitor.copy()
  await visitor.go('/b/auth/logout', { method: 'POST' })
  await attack.tellAll({ do: 'settle' })
  // The browser's cookie is gone, or it is as it was: a copy is worth what the browser has.
  const [own, copied] = [await visitor.go('/a/me'), await copy.go('/a/me')]
  expect(copied.body).toBe(own.body)
})

overModes(
  'Tokens that a refresh brings after the sign-out are revoked, and not left in a store',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
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
    const refreshing = visitor.copy().go('/api', { process: attack.other })
    await asked
    await attack.signOut(visitor)
    goOn()
    await refreshing
    await attack.tellAll({ do: 'settle' })
    const revoked = attack.honest.received.filter(({ url }) => url === '/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
    expect(revoked).toContain(attack.honest.newestRefreshToken())
    // A process that shares nothing with the other one cannot know.
  },
  { needs: ({ session, tokens, processes }) => session !== 'cookie' || tokens !== 'none' || processes === 1 },
)
