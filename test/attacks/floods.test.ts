import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, once, overModes, type Mode } from './modes.js'
import type { Visitor } from './visitor.js'

/** Cases 289, 290 and 301: what strangers and large profiles make a process keep is bounded by what it really takes (rule R15). */

attacked({ execArgv: ['--expose-gc'] })

const megabyte = 1024 * 1024

/** Many at once, as many as browsers would come at once. */
async function inTurns(count: number, work: (index: number) => Promise<unknown>, atOnce = 16): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

/** As many as the store of these tests has room for, twice over, as 20,000 are for one as it comes. */
const room = 150
const failures = 2 * room

const endings: { name: string; suffix: string }[] = [
  { name: 'that the provider is said to have refused', suffix: 'error=access_denied' },
  { name: 'with a code that the provider refuses', suffix: 'code=wrong' },
]

for (const { name, suffix } of endings) {
  overModes(
    `Failed callbacks of strangers, ${name}, push nobody's tokens out`,
    async (attack) => {
      await attack.run({ maxEntries: room })
      const people = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const visitor = attack.visitor()
          await attack.signIn(visitor, `person-${String(index)}`)
          return visitor
        }),
      )
      await attack.tell({ do: 'settle' })
      const records = Number(await attack.tell({ do: 'records' }))
      await inTurns(failures, async () => {
        const stranger = attack.visitor()
        const callback = new URL(await attack.start(stranger, 'nobody'))
        const answer = await stranger.go(`${callback.pathname}?state=${callback.searchParams.get('state') ?? ''}&${suffix}`)
        if (answer.status < 400) throw new Error('This callback should have failed')
      })
      await attack.tell({ do: 'settle' })
      attack.answers().length = 0
      attack.honest.expire()
      for (const [index, visitor] of people.entries()) {
        expect(await attack.me(visitor)).toBe(`person-${String(index)}`)
        // With a refresh: the refresh token is there as well.
        expect((await visitor.go('/api')).json()).toEqual({ status: 200 })
      }
      expect(Number(await attack.tell({ do: 'records' }))).toBeLessThanOrEqual(records + 20)
      // Redis has no bound of ours: there the application sets one, and what strangers leave ends by itself.
    },
    { needs: ({ tokens }) => tokens === 'memory' },
  )
}

/** 45 KB of JSON that take a hundred bytes compressed, and a megabyte as objects. */
const inflating = Array.from({ length: 15_000 }, () => [])

async function signInMany(attack: Attack, count: number): Promise<Visitor[]> {
  attack.honest.profile = (person) => ({ name: person, inflating })
  const visitors: Visitor[] = []
  await inTurns(
    count,
    async (index) => {
      const visitor = attack.visitor()
      const answer = await attack.signIn(visitor, `person-${String(index)}`)
      if (answer.status !== 200) throw new Error(`A login failed: ${answer.body}`)
      visitors.push(visitor)
    },
    4,
  )
  return visitors
}

/** Enough to fill the room three times over; 700 leave no more. */
const people = 120

overModes(
  'People whose profiles inflate 400 times when they are opened leave at most 32 MB behind',
  async (attack: Attack, mode: Mode) => {
    await attack.run()
    await signInMany(attack, 5)
    attack.answers().length = 0
    const before = Number(await attack.tell({ do: 'heap' }))
    const visitors = await signInMany(attack, people)
    for (const visitor of visitors) await visitor.go('/me')
    await attack.tell({ do: 'settle' })
    const kept = Number(await attack.tell({ do: 'heap' })) - before
    // What a store in memory keeps for its sessions is its own.
    const allowance = mode.session === 'memory' || mode.tokens === 'memory' ? 8 : 4
    expect(kept / megabyte).toBeLessThanOrEqual(32 + allowance)
  },
  { needs: ({ session, tokens, processes }) => processes === 1 && (session === 'cookie' || session === 'redis') && tokens !== 'redis' },
)

/** What 10,000 leave behind, a few thousand show as well. */
const slugs = 2_500

// A start is the same however sessions are kept.
once('Thousands of invented slugs that a lookup answers with one object leave memory flat, and ask for one discovery', async (attack) => {
  await attack.run({ providers: { by: 'slug', entries: { '*': { '*': attack.honest.oidc() } } } })
  const start = (index: number): Promise<unknown> => attack.visitor().go(`/auth/slug-${String(index)}`)
  await inTurns(200, start)
  const before = Number(await attack.tell({ do: 'heap' }))
  await inTurns(slugs, async (index) => {
    await start(1000 + index)
    attack.answers().length = 0
    // What is plain by now need not be done thousands of times.
    if (attack.honest.calls('/.well-known/openid-configuration') > 100) throw new Error('A discovery for every slug')
  })
  expect(attack.honest.calls('/.well-known/openid-configuration')).toBe(1)
  expect((Number(await attack.tell({ do: 'heap' })) - before) / megabyte).toBeLessThanOrEqual(3)
})
