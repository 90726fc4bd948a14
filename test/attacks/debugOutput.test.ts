import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, overModes } from './modes.js'
import type { Visitor } from './visitor.js'

/** Case 293: with `DEBUG=*` nothing secret stands in what a process prints (rule R6). */

attacked({ env: { DEBUG: '*', DEBUG_COLORS: 'no' } })

/** Ids and signatures of sessions, sealed cookies, states, codes: all that opens something. */
function openers(attack: Attack, visitor: Visitor): string[] {
  const states = attack
    .answers()
    .flatMap(({ url, answer }) => [url, answer.location ?? '', answer.body])
    .flatMap((text) => [...text.matchAll(/[?&](?:state|code|nonce|code_challenge)=([^&"]{8,})/g)].map((found) => found[1] ?? ''))
  const cookies = [
    ...visitor.jar().values(),
    ...attack.answers().flatMap(({ answer }) => answer.setCookies.map((line) => line.slice(line.indexOf('=') + 1).split(';')[0] ?? '')),
  ]
  // express-session writes `s:id.signature`, percent-encoded; each half is one of ours.
  const parts = cookies.flatMap((value) => [value, decodeURIComponent(value), ...decodeURIComponent(value).replace(/^s:/, '').split('.')])
  return [...new Set([...states, ...parts, ...attack.honest.verifiers()])].filter((text) => text.length >= 12)
}

/**
 * What other packages of the application's own print is not ours to keep quiet: Express prints the path of every request, and
 * express-session what it does for a middleware that the application mounted. The time stands before the name of who prints.
 */
function ownLines(attack: Attack, isMountedHere: boolean): string {
  const others = isMountedHere ? /^(?:\S+ ){1,6}(?:router|express:\S+) / : /^(?:\S+ ){1,6}(?:router|express:\S+|express-session) /
  return attack
    .printed()
    .split('\n')
    .filter((line) => !others.test(line))
    .join('\n')
}

overModes('A sign-in, a refresh, a refused login and a sign-out print nothing that opens anything', async (attack, mode) => {
  await attack.run()
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  await attack.signIn(visitor, 'bob', 'corp', { process: attack.other })
  attack.honest.expire()
  expect((await visitor.go('/api')).json()).toEqual({ status: 200 })
  await visitor.go('/write')
  const callback = new URL(await attack.start(visitor, 'ada'))
  callback.searchParams.set('code', 'canary-wrong-code')
  expect((await visitor.go(callback.href)).status).toBe(400)
  const stolen = openers(attack, visitor)
  await attack.signOut(visitor)
  await attack.tellAll({ do: 'settle' })

  const printed = ownLines(attack, mode.session.endsWith('here'))
  // Something is printed, and so can be looked through.
  expect(printed).toContain('authrouter')
  expect(stolen.length).toBeGreaterThan(6)
  expect(
    printed.split('\n').filter((line) => stolen.some((text) => line.includes(text) || line.includes(encodeURIComponent(text)))),
  ).toEqual([])
  expect(printed).not.toMatch(/canary(?!-store)/)
  attack.forgetPrinted()
})
