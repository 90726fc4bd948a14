import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes, type Needs } from './modes.js'

/** Case 299: the application's own express-session is away for a moment (rule R12). */

attacked()

const isExpressSession: Needs = ({ session }) => session !== 'cookie'

function sealedCookies({ checked }: { checked: readonly string[] }): string[] {
  return checked.filter((line) => /ar\.session(?:\.\d)?=[^;]/.test(line))
}

/** All that the application wants a browser to keep, in this test. */
function setCookies(attack: Attack): { checked: readonly string[] } {
  return { checked: attack.answers().flatMap(({ answer }) => answer.setCookies) }
}

overModes(
  'Whoever had a session is asked to come back soon, is never somebody else, and is signed in again afterwards',
  async (attack) => {
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    for (const process of [0, attack.other]) expect(await attack.me(visitor, { process })).toBe('ada')
    const before = new Map(visitor.jar())

    await attack.tellAll({ do: 'fail', store: 'sessions', fault: 'is away' })
    const asked = { process: attack.other }
    for (const path of ['/private', '/auth/session', '/auth/plain'])
      expect([path, (await visitor.go(path, asked)).status]).toEqual([path, 503])
    expect([401, 503]).toContain((await visitor.go('/api', asked)).status)
    expect((await attack.signOut(visitor, asked)).status).toBe(503)
    const { status, body } = await visitor.go('/me', asked)
    if (status === 200) expect(body).toBe('null')
    else expect(status).toBe(503)
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: undefined })

    expect(sealedCookies(setCookies(attack))).toEqual([])
    expect(visitor.jar()).toEqual(before)
    expect(await attack.me(visitor, asked)).toBe('ada')
  },
  { needs: isExpressSession },
)

overModes(
  'A login that began before and comes back meanwhile makes no sealed cookie',
  async (attack) => {
    await attack.run()
    // So that every process has seen where sessions are.
    const other = attack.visitor()
    await attack.signIn(other, 'bob')
    await attack.me(other, { process: attack.other })
    const visitor = attack.visitor()
    const callback = await attack.start(visitor, 'ada')
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: 'is away' })
    const answer = await visitor.go(callback, { process: attack.other })
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: undefined })
    expect(sealedCookies(setCookies(attack))).toEqual([])
    expect(answer.status).toBe(503)
    expect(await attack.me(visitor, { process: attack.other })).toBe(null)
  },
  { needs: isExpressSession },
)

overModes(
  "With session: 'request' a process that has seen no session yet makes no sealed cookie either",
  async (attack) => {
    await attack.run({ options: { session: 'request' as never } })
    const visitor = attack.visitor()
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: 'is away' })
    const start = await visitor.go('/auth/plain')
    if (start.status === 200)
      await visitor.go(attack.honest.approve(start.json<{ location: string }>().location, 'ada'), { process: attack.other })
    else expect(start.status).toBe(503)
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: undefined })
    expect(sealedCookies(setCookies(attack))).toEqual([])
    expect(await attack.me(visitor, { process: attack.other })).toBe(null)
    // And once the store is back, people sign in as always.
    await attack.signIn(visitor, 'ada')
    expect(await attack.me(visitor, { process: attack.other })).toBe('ada')
    expect(sealedCookies(setCookies(attack))).toEqual([])
  },
  { needs: ({ session }) => session === 'memory' || session === 'redis' },
)

overModes(
  'A sealed cookie that somebody brings along counts for nothing beside express-session',
  async (attack) => {
    // The same application was once without a session middleware, or is so on another port.
    const mode = { session: 'cookie', tokens: 'none' } as const
    await attack.run(mode)
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    const sealed = [...visitor.jar()]
    await attack.run()
    const other = attack.visitor()
    await attack.signIn(other, 'bob')
    for (const process of [0, attack.other]) await attack.me(other, { process })
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: 'is away' })
    for (const [name, value] of sealed) other.jar().set(name, value)
    const asked = { process: attack.other }
    const { status, body } = await other.go('/me', asked)
    if (status === 200) expect(body).toBe('null')
    expect((await other.go('/private', asked)).status).toBe(503)
  },
  { needs: ({ session }) => session === 'memory' || session === 'redis' },
)

overModes(
  "Nobody teaches a process another name of the session's cookie",
  async (attack) => {
    await attack.run()
    const attacker = attack.visitor()
    await attack.signIn(attacker, 'mallory')
    // The id and its signature, under a name that stands before the right one, and a name that is a part of it.
    const [name, value] = [...attacker.jar()].find(([each]) => each.endsWith('sid')) ?? ['', '']
    for (const process of [0, attack.other]) await attacker.go('/me', { process, headers: { cookie: `decoy=${value}; ${name}=${value}` } })
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: 'is away' })
    const { status } = await visitor.go('/private', { process: attack.other })
    await attack.tellAll({ do: 'fail', store: 'sessions', fault: undefined })
    expect(status).toBe(503)
    expect(await attack.me(visitor, { process: attack.other })).toBe('ada')
  },
  { needs: ({ session }) => session === 'memory' || session === 'redis' },
)
