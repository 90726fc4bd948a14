import { afterAll, beforeAll, test } from '@jest/globals'
import { describeWith, mayRun, type Part } from '../support/parts.js'
import { startAttack, type Attack, type AttackOptions } from './attack.js'
import type { SessionPlace, TokenPlace } from './orders.js'

/** A combination of what the judge names: where the session is, where the tokens are, and how many processes there are. */
export interface Mode {
  name: string
  session: SessionPlace
  tokens: TokenPlace
  processes: 1 | 2
  express: 4 | 5
}

const sessionNames: Record<SessionPlace, string> = {
  cookie: 'a sealed cookie',
  memory: 'express-session in memory',
  redis: 'express-session on Redis',
  'memory here': 'the option session in memory',
  'redis here': 'the option session on Redis',
}

const tokenNames: Record<TokenPlace, string> = {
  none: 'no token store',
  memory: 'tokens in memory',
  redis: 'tokens on Redis',
  postgres: 'tokens on Postgres',
}

function mode(session: SessionPlace, tokens: TokenPlace, processes: 1 | 2, express: 4 | 5 = 5): Mode {
  const name = [
    sessionNames[session],
    tokenNames[tokens],
    processes === 1 ? 'one process' : 'two processes',
    ...(express === 4 ? ['Express 4'] : []),
  ].join(', ')
  return { name, session, tokens, processes, express }
}

/**
 * Every combination, some of them on Express 4. Left out: two processes with anything in the memory of one of them, which could not
 * know of each other's sessions or tokens, so that nothing an application does there makes sense.
 */
export const modes: readonly Mode[] = [
  mode('cookie', 'none', 1),
  mode('cookie', 'memory', 1),
  mode('cookie', 'redis', 1, 4),
  mode('memory', 'none', 1),
  mode('memory', 'memory', 1, 4),
  mode('redis', 'none', 1, 4),
  mode('redis', 'redis', 1),
  mode('memory here', 'none', 1, 4),
  mode('cookie', 'none', 2, 4),
  mode('cookie', 'redis', 2),
  mode('redis', 'none', 2),
  mode('redis', 'redis', 2, 4),
  mode('redis here', 'redis', 2),
]

/** What an attack needs of a combination; beside it stands why the others make no sense. */
export type Needs = (mode: Mode) => boolean

let current: Attack | undefined

/** The processes, stores and providers of this test file: started once, and given another site to run by each test. */
export function attacked(options: AttackOptions = {}): () => Attack {
  beforeAll(async () => {
    current = await startAttack(options)
  }, 60_000)
  afterAll(async () => {
    await current?.close()
  })
  return () => {
    if (!current) throw new Error('The attack has not been started yet')
    return current
  }
}

/** One test for each combination, and the invariants of the threat model after each. */
export function overModes(
  name: string,
  run: (attack: Attack, mode: Mode) => Promise<void>,
  { needs = () => true }: { needs?: Needs } = {},
): void {
  for (const part of ['redis-server', undefined] as const) {
    const chosen = modes.filter((one) => needs(one) && missingPart(one) === part)
    if (chosen.length === 0) continue
    describeWith(part, name, () => {
      test.each(chosen)('with $name', async (one) => {
        await withInvariants(one, run)
      })
    })
  }
}

/** One test that is the same however sessions are kept. */
export function once(name: string, run: (attack: Attack, mode: Mode) => Promise<void>, chosen: Mode = mode('cookie', 'none', 1)): void {
  describeWith(missingPart(chosen), `With ${chosen.name}`, () => {
    test(name, async () => {
      await withInvariants(chosen, run)
    })
  })
}

/** What a combination runs on and this machine has not. */
function missingPart({ session, tokens }: Mode): Part | undefined {
  const parts: Part[] = [
    ...(session.startsWith('redis') || tokens === 'redis' ? ['redis-server' as const] : []),
    ...(tokens === 'postgres' ? ['postgresql' as const] : []),
  ]
  return parts.find((part) => !mayRun(part))
}

export { mode as modeOf }

async function withInvariants(chosen: Mode, run: (attack: Attack, mode: Mode) => Promise<void>): Promise<void> {
  if (!current) throw new Error('Call attacked() first')
  current.begin(chosen)
  await run(current, chosen)
  await current.checkInvariants()
}
