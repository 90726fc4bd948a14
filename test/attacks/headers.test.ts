import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, once, overModes, type Needs } from './modes.js'
import type { Visitor } from './visitor.js'

/** Cases 295 and 296: what a stranger can put into a browser's cookies costs little work, and never locks the browser out (rule R15). */

attacked()

/** The same for every kind of session; the cookies of a session are largest where it lives in them. */
const needs: Needs = ({ tokens, processes }) => tokens === 'none' && processes === 1

/** Over http names have no prefix, so that any sub-domain can plant them. */
const plainHttp = 'http://localhost'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const forgedName = (index: number): string => `ar.tx.AAAAAAAAAA${letters[Math.floor(index / 64)] ?? ''}${letters[index % 64] ?? ''}`

/** Microseconds that the process works for one of so many requests. */
async function costOf(attack: Attack, count: number, send: () => Promise<unknown>): Promise<number> {
  for (let index = 0; index < count / 4; index++) await send()
  const before = Number(await attack.tell({ do: 'cpu' }))
  for (let index = 0; index < count; index++) await send()
  return (Number(await attack.tell({ do: 'cpu' })) - before) / count
}

function withForged(attack: Attack, count: number, value: string): () => Visitor {
  const visitor = attack.visitor(plainHttp)
  for (let index = 0; index < count; index++) visitor.jar().set(forgedName(index), value)
  return () => visitor.copy()
}

/** Such as could be ours as far as can be told without opening them: version, key and length are those of a true one. */
async function plausible(attack: Attack): Promise<string> {
  const visitor = attack.visitor(plainHttp)
  await attack.start(visitor, 'ada')
  const own = [...visitor.jar().values()][0] ?? ''
  return own.slice(0, 6) + 'A'.repeat(42)
}

/** What one request costs of another, in the calmest of several rounds: whatever else the machine does can only add to it. */
async function leastRatio(attack: Attack, one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<number> {
  let least = Infinity
  for (let round = 0; round < 8 && least > 2.5; round++) {
    const ordinary = await costOf(attack, 150, other)
    least = Math.min(least, (await costOf(attack, 150, one)) / ordinary)
  }
  return least
}

for (const { what, count, value } of [
  { what: '600 forged cookies of logins', count: 600, value: () => Promise.resolve('x') },
  { what: '150 forged cookies of logins that look like true ones', count: 150, value: plausible },
]) {
  once(`A start with ${what} costs at most three times an ordinary one, and answers with at most ten that have expired`, async (attack) => {
    await attack.run({ baseUrl: plainHttp })
    const stranger = withForged(attack, 0, '')
    const flooded = withForged(attack, count, await value(attack))
    const { setCookies, status } = await flooded().go('/auth/plain')
    expect(status).toBe(200)
    expect(setCookies.filter((line) => /max-age=0/i.test(line)).length).toBeLessThanOrEqual(10)
    expect(
      await leastRatio(
        attack,
        () => flooded().go('/auth/plain'),
        () => stranger().go('/auth/plain'),
      ),
    ).toBeLessThanOrEqual(3)
  })

  once(
    `A callback that fails with ${what} costs at most three times an ordinary start, and answers with at most ten that have expired`,
    async (attack) => {
      await attack.run({ baseUrl: plainHttp })
      const stranger = withForged(attack, 0, '')
      const flooded = withForged(attack, count, await value(attack))
      const path = '/auth/plain/callback?code=c&state=unknown'
      const { setCookies, status } = await flooded().go(path)
      expect(status).toBe(400)
      expect(setCookies.filter((line) => /max-age=0/i.test(line)).length).toBeLessThanOrEqual(10)
      expect(
        await leastRatio(
          attack,
          () => flooded().go(path),
          () => stranger().go('/auth/plain'),
        ),
      ).toBeLessThanOrEqual(3)
    },
  )
}

once('A login among forged cookies ends well, and they are gone after a few starts', async (attack) => {
  await attack.run({ baseUrl: plainHttp })
  const visitor = withForged(attack, 100, 'x'.repeat(60))()
  for (let start = 0; start < 15; start++) await attack.start(visitor, 'ada')
  expect([...visitor.jar().keys()].length).toBeLessThanOrEqual(12)
  expect((await attack.signIn(visitor, 'ada')).json()).toEqual({ location: '/' })
  expect(await attack.me(visitor)).toBe('ada')
})

const sizeOf = (cookies: Map<string, string>): number => [...cookies].map(([name, value]) => `${name}=${value}; `).join('').length
const sum = (visitor: Visitor, part: RegExp): number => sizeOf(new Map([...visitor.jar()].filter(([name]) => part.test(name))))

for (const protocol of ['plain', 'corp'] as const) {
  overModes(
    `A sibling sub-domain that starts the largest logins (${protocol}) beside the largest session never locks the browser out`,
    async (attack) => {
      const scopes = Array.from({ length: 60 }, (_, index) => `a-rather-long-name-of-a-scope-${String(index)}`)
      const profile = (person: string): object => ({
        name: `Name of ${person}`,
        picture: `https://cdn.example/${'p'.repeat(1000)}`,
        bio: 'b'.repeat(3000),
        list: 'l'.repeat(3000),
        address: { formatted: 'a'.repeat(900) },
      })
      attack.honest.profile = profile as typeof attack.honest.profile
      await attack.run({ providers: { plain: attack.honest.oauth2({ scopes }), corp: attack.honest.oidc({ scopes }) } })
      const visitor = attack.visitor()
      // The largest places to come back to are remembered too.
      const returnTo = `/${'r'.repeat(2040)}`
      for (let login = 0; login < 6; login++)
        await attack.signIn(visitor, 'ada', protocol, { query: `?returnTo=/${'r'.repeat(250)}${String(login)}` })
      const query = `?${new URLSearchParams({ returnTo, scope: scopes.join(' '), login_hint: 'h'.repeat(320), prompt: 'login', remember: '1' }).toString()}`
      for (let start = 0; start < 25; start++) {
        const answer = await visitor.go(`/auth/${protocol}${query}`, {
          headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' },
        })
        expect([start, answer.status]).toEqual([start, 302])
        const page = await visitor.go('/me', { headers: browserHeaders })
        expect([start, page.status, page.json()]).toMatchObject([start, 200, { id: 'ada' }])
      }
      expect(sum(visitor, /\.tx\./)).toBeLessThanOrEqual(5 * 1024)
      expect(sum(visitor, /\.session/)).toBeLessThanOrEqual(7 * 1024)
      expect(sizeOf(visitor.jar())).toBeLessThanOrEqual(12 * 1024)
      for (const [name, value] of visitor.jar()) expect(name.length + value.length).toBeLessThanOrEqual(4096)
    },
    { needs },
  )
}

/** What a browser sends besides cookies takes its part of the 16 KB that Node allows. */
const browserHeaders = {
  'user-agent': `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${'x'.repeat(100)}`,
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  'accept-encoding': 'gzip, deflate, br',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24"',
  'sec-fetch-site': 'same-origin',
  referer: `https://app.example/${'r'.repeat(1500)}`,
}
