import { expect } from '@jest/globals'
import { startChild, type ChildOptions, type ChildProcess } from '../support/childProcess.js'
import { mayRun } from '../support/parts.js'
import { startPostgres, type PostgresServer } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { startServer } from '../support/unitServer.js'
import type { Mode } from './modes.js'
import type { Order, Site } from './orders.js'
import { startProvider, type ScriptedProvider } from './provider.js'
import { createVisitor, type Answer, type Asked, type Visitor, type Watched } from './visitor.js'

export interface AttackOptions extends ChildOptions {
  postgres?: boolean
}

export interface SignInOptions extends Asked {
  provider?: ScriptedProvider
  /** The query that starts the login. */
  query?: string
  /** Where the router is mounted. */
  mount?: string
}

/** An application under attack, with an honest provider, one of the attacker's, and an address that nobody may ever call. */
export interface Attack {
  readonly url: string
  honest: ScriptedProvider
  hostile: ScriptedProvider
  sink: string
  /** Lets all processes of the mode run a site from now on; stores in memory begin empty, those on a server go on within one test. */
  run: (site?: Partial<Site>) => Promise<void>
  /** Another site for one of the processes. */
  runOne: (index: number, site?: Partial<Site>) => Promise<void>
  tell: (order: Order, process?: number) => Promise<unknown>
  tellAll: (order: Order) => Promise<void>
  visitor: (home?: string) => Visitor
  /** Signs in, and gives the answer to the callback. */
  signIn: (visitor: Visitor, person: string, slug?: string, options?: SignInOptions) => Promise<Answer>
  /** Starts a login and visits the provider: the callback's address, which is still to be opened. */
  start: (visitor: Visitor, person: string, slug?: string, options?: SignInOptions) => Promise<string>
  signOut: (visitor: Visitor, asked?: Asked) => Promise<Answer>
  /** The id of the signed-in person, or null. */
  me: (visitor: Visitor, asked?: Asked) => Promise<string | null>
  /** The process that is not the first, where there is one. */
  readonly other: number
  /** All that they have answered in this test. */
  answers: () => Watched['answers']
  /** All that the processes have printed in this test. */
  printed: () => string
  /** For a test that has looked through it by itself. */
  forgetPrinted: () => void
  begin: (mode: Mode) => void
  checkInvariants: () => Promise<void>
  close: () => Promise<void>
}

const home = 'https://app.example'
let tests = 0

/** A process that runs the application under attack. */
const startAttacked = (options: ChildOptions): Promise<ChildProcess<Order, { port: number }>> =>
  startChild('test/attacks/worker.ts', options)

export async function startAttack({ postgres: withPostgres = false, ...options }: AttackOptions): Promise<Attack> {
  const [redis, postgres, honest, hostile, sink, ...processes] = await Promise.all([
    mayRun('redis-server') ? startRedis() : undefined,
    withPostgres && mayRun('postgresql') ? startPostgres() : undefined,
    startProvider('honest'),
    startProvider('hostile'),
    startServer((_request, res) => {
      res.end()
    }),
    startAttacked(options),
    startAttacked(options),
  ])
  const watched: Watched = { ports: () => processes.map(({ ready }) => ready.port), answers: [] }
  let mode: Mode | undefined
  let prefix = ''
  let output = ''

  function siteOf(site: Partial<Site>): Site {
    if (!mode) throw new Error('No test has begun')
    return {
      session: mode.session,
      tokens: mode.tokens,
      express: mode.express,
      baseUrl: home,
      providers: { plain: honest.oauth2(), corp: honest.oidc() },
      redisUrl: redis?.url ?? '',
      ...urlOf(postgres),
      prefix,
      ...site,
    }
  }
  const using = (): typeof processes => (mode?.processes === 2 ? processes : (processes.slice(0, 1) as unknown as typeof processes))
  const collect = (): string => (output += processes.map((process) => process.printed()).join(''))

  const attack: Attack = {
    url: home,
    honest,
    hostile,
    sink: sink.origin,
    other: 0,
    run: async (site = {}) => {
      await Promise.all(using().map((process) => process.tell({ do: 'run', site: siteOf(site) })))
    },
    runOne: async (index, site = {}) => {
      await processes[index]?.tell({ do: 'run', site: siteOf(site) })
    },
    tell: async (order, index = 0) => processes[index]?.tell(order),
    tellAll: async (order) => {
      await Promise.all(using().map((process) => process.tell(order)))
    },
    visitor: (address = home) => createVisitor(watched, address),
    async start(visitor, person, slug = 'plain', { provider = honest, query = '', mount = '', ...asked } = {}) {
      const answer = await visitor.go(`${mount}/auth/${slug}${query}`, asked)
      const { location } = answer.status === 200 ? answer.json<{ location?: string }>() : { location: undefined }
      if (location === undefined) throw new Error(`A login could not be started: ${String(answer.status)} ${answer.body}`)
      return provider.approve(location, person)
    },
    signIn: async (visitor, person, slug, options) =>
      visitor.go(await attack.start(visitor, person, slug, options), {
        ...(options?.process === undefined ? {} : { process: options.process }),
      }),
    signOut: (visitor, asked) => visitor.go('/auth/logout', { method: 'POST', ...asked }),
    me: async (visitor, asked) => (await visitor.go('/me', asked)).json<{ id: string } | null>()?.id ?? null,
    answers: () => watched.answers,
    printed: collect,
    forgetPrinted: () => {
      collect()
      output = ''
    },
    begin(chosen) {
      mode = chosen
      prefix = `test${String(tests++)}:`
      Object.assign(attack, { other: chosen.processes - 1 })
      watched.answers.length = 0
      collect()
      output = ''
      for (const provider of [honest, hostile]) provider.reset()
      sink.received.length = 0
    },
    async checkInvariants() {
      // I1
      expect(processes.map((process) => process.isAlive())).toEqual([true, true])
      expect(await Promise.all(processes.map((process) => process.tell({ do: 'problems' })))).toEqual([[], []])
      // I2: tokens, codes, secrets and verifiers
      const secrets = new RegExp(
        ['canary(?!-store)', ...[...honest.verifiers(), ...hostile.verifiers()].map((verifier) => verifier.replaceAll('-', '\\-'))].join(
          '|',
        ),
      )
      expect(collect()).not.toMatch(secrets)
      for (const {
        answer: { body, location },
      } of watched.answers) {
        expect(body).not.toMatch(secrets)
        if (location !== undefined && !location.startsWith(honest.origin) && !location.startsWith(hostile.origin))
          expect(location).not.toMatch(secrets)
      }
      // I3
      expect(sink.received).toEqual([])
      // I6
      const open = watched.answers.filter(
        ({ url, answer }) =>
          /^(?:\/\w+)?\/auth(?:\/|$)/.test(new URL(url).pathname)
          && answer.status !== 431
          && (answer.headers['cache-control'] !== 'no-store' || answer.headers['referrer-policy'] !== 'no-referrer'),
      )
      expect(open.map(({ url, answer }) => `${url} ${String(answer.status)}`)).toEqual([])
    },
    close: async () => {
      await Promise.all(processes.map((process) => process.stop()))
      await Promise.all([redis?.stop(), postgres?.stop(), honest.close(), hostile.close(), sink.close()])
    },
  }
  return attack
}

function urlOf(postgres: PostgresServer | undefined): { postgresUrl?: string } {
  return postgres ? { postgresUrl: postgres.connectionString } : {}
}
