import { expect } from '@jest/globals'
import { keysOf, link, startLink, twoProviders, unlink } from './linking.js'
import { attacked, once, overModes } from './modes.js'

/** Sections A and B for adding and removing accounts: who may start it, for whom it ends, and what names of accounts may do. */

attacked()

const hostileSites = ['cross-site', 'same-site', 'none']

overModes('No other site adds or removes an account by itself', async (attack) => {
  await attack.run({ providers: twoProviders(attack), options: { ifLoggedIn: 'link' } })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  for (const site of hostileSites) {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-dest': 'document', accept: 'text/html', origin: 'https://evil.example' }
    for (const path of ['/auth/more', '/auth/more?link=1', '/auth/more?link=1&csrfToken=forged']) {
      const page = await visitor.go(path, { headers })
      expect([page.status, page.location]).toEqual([200, undefined])
      expect(page.body).toContain('action="/auth/more/link"')
      // Nobody clicks its button unseen.
      expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(page.headers['x-frame-options'] ?? 'DENY').toBe('DENY')
    }
    for (const path of ['/auth/more', '/auth/more/link', '/auth/plain/unlink', '/auth/more/link?csrfToken=forged'])
      expect((await visitor.go(path, { method: 'POST', headers })).status).toBe(403)
    for (const path of ['/auth/more/link', '/auth/plain/unlink']) expect((await visitor.go(path, { headers })).status).toBe(405)
  }
  expect(await keysOf(visitor)).toEqual(['plain$ada'])
})

overModes('An image, a frame or a script on a page of the application adds no account', async (attack) => {
  await attack.run({ providers: twoProviders(attack), options: { ifLoggedIn: 'link' } })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  for (const destination of ['image', 'iframe', 'script', 'style', 'empty']) {
    const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': destination, accept: '*/*' }
    for (const path of ['/auth/more', '/auth/more?link=1']) expect((await visitor.go(path, { headers })).status).toBe(403)
  }
})

overModes('What leads to the provider again and again is one more page, and never another user', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document', accept: 'text/html' }
  const guarded = await visitor.go('/private/more', { headers })
  expect(guarded.location).toBe('/auth/more?returnTo=%2Fprivate%2Fmore&link=1')
  expect((await visitor.go(guarded.location ?? '', { headers })).body).toContain('action="/auth/more/link"')
})

overModes("An attacker's link, given to somebody else, adds nothing to either", async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const [attacker, victim] = [attack.visitor(), attack.visitor()]
  await attack.signIn(attacker, 'mallory')
  await attack.signIn(victim, 'ada')
  const callback = await startLink(attack, attacker, 'more')
  expect((await victim.go(callback)).json()).toMatchObject({ error: 'state_unknown' })
  // With the login under way as well, as a sibling domain could plant it.
  for (const [name, value] of attacker.jar()) if (name.includes('.tx.')) victim.jar().set(name, value)
  expect((await victim.go(callback, { process: attack.other })).json()).toMatchObject({ error: 'user_mismatch' })
  expect([await keysOf(victim), await keysOf(attacker)]).toEqual([['plain$ada'], ['plain$mallory']])
})

overModes('The result of a link is adopted by nobody else who brings the same callback', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const [victim, thief, stranger] = [attack.visitor(), attack.visitor(), attack.visitor()]
  await attack.signIn(victim, 'ada')
  await attack.signIn(thief, 'mallory')
  const callback = await startLink(attack, victim, 'more')
  for (const [name, value] of victim.jar()) {
    if (!name.includes('.tx.')) continue
    thief.jar().set(name, value)
    stranger.jar().set(name, value)
  }
  const copies = [thief, stranger].flatMap((one) => [one.copy(), one.copy()])
  const finishing = victim.go(callback)
  const answers = await Promise.all(copies.map((one, index) => one.go(callback, { process: index % 2 === 0 ? 0 : attack.other })))
  expect((await finishing).status).toBe(200)
  const late = await Promise.all([thief.go(callback), stranger.go(callback, { process: attack.other })])
  expect([...answers, ...late].map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400])
  for (const one of [...copies, thief, stranger]) expect(await keysOf(one)).not.toContain('more$eve')
  expect(await keysOf(victim)).toEqual(['plain$ada', 'more$eve'])
  // By the same browser it only goes on.
  expect((await victim.go(callback)).json()).toEqual({ location: '/' })
})

overModes('Accounts are named by their keys and by nothing that every object has', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await link(attack, visitor, 'more')
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'plain$', '', 'more$ada', 'undefined']) {
    const query = `?key=${encodeURIComponent(key)}`
    for (const path of ['/switch', '/leave', '/call']) expect((await visitor.go(path + query)).json()).toEqual({ error: 'not_linked' })
    expect((await unlink(visitor, 'more', { form: { key } })).json()).toMatchObject({ error: 'not_linked' })
  }
  expect([await attack.me(visitor), await keysOf(visitor)]).toEqual(['ada', ['plain$ada', 'more$eve']])
})

overModes('Each account answers with its own tokens, and one that was removed with none', async (attack) => {
  await attack.run({ providers: { plain: attack.honest.oauth2(), more: attack.hostile.oauth2() } })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await link(attack, visitor, 'more', { provider: attack.hostile })
  attack.honest.expire()
  attack.hostile.expire()
  expect((await visitor.go('/call?key=plain$ada')).json()).toEqual({ status: 200, things: 'ada' })
  expect((await visitor.go('/call?key=more$eve')).json()).toEqual({ status: 200, things: 'eve' })
  expect(JSON.stringify(attack.hostile.received)).not.toMatch(/canary-(?:access|refresh)-honest/)
  expect(JSON.stringify(attack.honest.received)).not.toMatch(/canary-(?:access|refresh)-hostile/)
  await unlink(visitor, 'more')
  expect((await visitor.go('/call?key=more$eve')).json()).toEqual({ error: 'not_linked' })
})

overModes(
  'While it is not known who is signed in nothing is added, removed or switched, and one account does not take all along',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await link(attack, visitor, 'more')
    const callback = await startLink(attack, visitor, 'more', { as: 'zoe' })
    await attack.tellAll({ do: 'settle' })
    await attack.tell({ do: 'fail', store: 'tokens', fault: 'throws', operations: ['get'] })
    for (const path of ['/add/more', '/switch?key=more$eve', '/leave?key=more$eve', callback])
      expect((await visitor.go(path)).json()).toMatchObject({ error: 'store_unavailable' })
    for (const path of ['/auth/more/link', '/auth/more/unlink'])
      expect((await visitor.go(path, { method: 'POST' })).json()).toMatchObject({ error: 'store_unavailable' })
    await attack.tell({ do: 'fail', store: 'tokens', fault: undefined })
    expect(await keysOf(visitor)).toEqual(['plain$ada', 'more$eve'])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

once('An account that turns out too large for the cookie changes nothing', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  const bodies: Record<string, object> = {
    '/token': { access_token: `canary-access-${'x'.repeat(4_500)}`, token_type: 'Bearer' },
    '/userinfo': { sub: 'eve', name: 'Eve' },
  }
  attack.honest.script = ({ path }) => (bodies[path] ? { body: bodies[path] } : undefined)
  expect((await link(attack, visitor, 'more')).json()).toMatchObject({ error: 'too_large' })
  expect(await keysOf(visitor)).toEqual(['plain$ada'])
  attack.honest.script = undefined
  expect((await link(attack, visitor, 'more')).status).toBe(200)
  expect(await keysOf(visitor)).toEqual(['plain$ada', 'more$eve'])
})

overModes(
  'An account whose provider is not configured in this process, or at this address, is absent there and not lost',
  async (attack) => {
    const providers = twoProviders(attack)
    await attack.run({ providers })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await link(attack, visitor, 'more')
    await attack.tellAll({ do: 'settle' })
    await attack.run({ providers: { plain: providers['plain'] ?? {} } })
    expect(await keysOf(visitor)).toEqual(['plain$ada'])
    expect((await visitor.go('/call?key=more$eve')).json()).toEqual({ error: 'not_linked' })
    await visitor.go('/switch?key=plain$ada')
    attack.honest.expire()
    expect((await visitor.go('/api')).json()).toEqual({ status: 200 })
    await attack.run({ providers })
    expect((await keysOf(visitor)).sort()).toEqual(['more$eve', 'plain$ada'])
  },
)

const page = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document', accept: 'text/html' }

overModes('Who adds an account of their own is not who has just signed in', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await attack.tellAll({ do: 'pass time', milliseconds: 20 * 60_000 })
  expect((await visitor.go('/fresh/plain', { headers: page })).status).toBe(302)
  await link(attack, visitor, 'plain', { as: 'mallory' })
  expect(await keysOf(visitor)).toEqual(['plain$ada', 'plain$mallory'])
  expect((await visitor.go('/fresh/plain', { headers: page })).status).toBe(302)
  expect((await visitor.go('/fresh/plain')).json()).toMatchObject({ error: 'reauth_required' })
})

overModes('A stronger sign-in of a linked account is not done with another one', async (attack) => {
  await attack.run({ providers: twoProviders(attack) })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await link(attack, visitor, 'more')
  await attack.tellAll({ do: 'pass time', milliseconds: 20 * 60_000 })
  for (const person of ['mallory', 'eve']) {
    const { location = '' } = await visitor.go('/fresh/more', { headers: page })
    const answer = await visitor.go(attack.honest.approve(location, person))
    if (person === 'mallory') expect(answer.json()).toMatchObject({ error: 'user_mismatch' })
    else expect((await visitor.go('/fresh/more', { headers: page })).json()).toEqual({ id: 'ada' })
    expect((await keysOf(visitor)).sort()).toEqual(['more$eve', 'plain$ada'])
  }
})

overModes(
  'After the account that signed in was removed, signing out everywhere ends the session by the key that is left, and only by it',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack) })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await link(attack, visitor, 'more')
    const copy = visitor.copy()
    await unlink(visitor, 'plain')
    await attack.tellAll({ do: 'settle' })
    expect([await attack.me(copy), await attack.me(copy, { process: attack.other })]).toEqual([null, null])
    expect(await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })).toBe(0)
    expect(await attack.me(visitor, { process: attack.other })).toBe('eve')
    expect(await attack.tell({ do: 'logoutEverywhere', key: 'more$eve' })).toBe(1)
    expect([await attack.me(visitor), await attack.me(visitor, { process: attack.other })]).toEqual([null, null])
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes(
  'A sign-out everywhere while an account is being added leaves nobody signed in, and no tokens',
  async (attack) => {
    await attack.run({ providers: twoProviders(attack), heldLinks: true })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const callback = await startLink(attack, visitor, 'more')
    const finishing = visitor.go(callback, { process: attack.other })
    await attack.tell({ do: 'held', gate: 'link' }, attack.other)
    await attack.tell({ do: 'logoutEverywhere', key: 'plain$ada' })
    await attack.tell({ do: 'open', gate: 'link' }, attack.other)
    expect((await finishing).json()).toMatchObject({ error: 'user_mismatch' })
    await attack.tellAll({ do: 'settle' })
    expect([await keysOf(visitor), await keysOf(visitor, { process: attack.other })]).toEqual([[], []])
    expect(await attack.tell({ do: 'logoutEverywhere', key: 'more$eve' })).toBe(0)
  },
  { needs: ({ tokens }) => tokens !== 'none' },
)

overModes('A session of one tenant adds nothing at another, and takes nothing of the other along', async (attack) => {
  const { honest, hostile } = attack
  await attack.run({
    mounts: ['/a', '/b'],
    providers: { by: 'path', entries: { '/a': { login: honest.oauth2(), more: honest.oauth2() }, '/b': { more: hostile.oauth2() } } },
  })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada', 'login', { mount: '/a' })
  for (const path of ['/b/auth/more/link', '/b/auth/login/link', '/b/auth/login/unlink', '/b/auth/more/unlink'])
    expect([401, 404]).toContain((await visitor.go(path, { method: 'POST' })).status)
  // Begun at the one, brought to the other.
  const { location = '' } = (await visitor.go('/a/auth/more/link', { method: 'POST' })).json<{ location?: string }>()
  const callback = honest.approve(location, 'eve')
  expect((await visitor.go(callback.replace('/a/auth/', '/b/auth/'))).status).toBe(400)
  expect(hostile.received).toEqual([])
  const accounts = (await visitor.go('/a/auth/session')).json<{ accounts: unknown[] }>().accounts
  expect(accounts).toHaveLength(1)
})
