import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals'
import { exampleDatabases, type DatabaseName } from '../../cluster/exampleDatabase.js'
import { startExampleServer, type ExampleServer } from '../../cluster/exampleServer.js'
import { describeWith } from '../../support/parts.js'
import { startHostileOauth1, type HostileOauth1 } from '../oauth1.js'
import { startProvider, type ScriptedProvider } from '../provider.js'
import { createVisitor, type Answer, type Asked, type Visitor, type Watched } from '../visitor.js'

/** The example application, as `npm start` runs it, under attack: with an honest provider, one of the attacker's, and its database. */
export interface Example {
  url: string
  /** `openid`: OpenID Connect. */
  honest: ScriptedProvider
  /** `oauth2`, and `other`, which is OpenID Connect. */
  hostile: ScriptedProvider
  /** `oauth1`. */
  bird: HostileOauth1
  visitor: () => Visitor
  /** Starts a login, or adds an account, and visits the provider: the callback's address, which is still to be opened. */
  start: (visitor: Visitor, slug: Slug, person: string) => Promise<string>
  /** Starts what a signed-in user starts by the button "Add an account". */
  startLink: (visitor: Visitor, slug: Slug, person: string) => Promise<string>
  signIn: (visitor: Visitor, slug: Slug, person: string) => Promise<Answer>
  link: (visitor: Visitor, slug: Slug, person: string) => Promise<Answer>
  /** Keys of the accounts of a session; none while signed out. */
  accounts: (visitor: Visitor) => Promise<string[]>
  rows: <Row>(sql: string) => Promise<Row[]>
  /** What a user signs in with, by the database. */
  keysOfOwner: (key: string) => Promise<string[]>
  /** A request that has to fail cleanly: it changes nobody's session and asks no provider for tokens, as JSON and as a page. */
  refuses: (visitor: Visitor, path: string, status: number, code: string, asked?: Asked) => Promise<void>
  /** The entries of the log so far with this name, as `DEBUG` prints them. */
  told: (event: string) => string[]
}

export type Slug = 'openid' | 'oauth2' | 'other'

/** The same tests on SQLite with sessions in encrypted cookies, and on Postgres, which has the sessions too. */
export function onExample(body: (example: () => Example, storage: DatabaseName) => void): void {
  for (const storage of ['SQLite', 'Postgres'] as const) {
    describeWith(storage === 'Postgres' ? 'postgresql' : undefined, `The example application on ${storage}`, () => {
      let running: Running
      beforeAll(async () => {
        running = await startExample(storage)
      })
      afterAll(async () => {
        await running.close()
      })
      beforeEach(() => {
        running.begin()
      })
      afterEach(async () => {
        await running.checkInvariants()
      })
      body(() => running.example, storage)
    })
  }
}

interface Running {
  example: Example
  begin: () => void
  checkInvariants: () => Promise<void>
  close: () => Promise<void>
}

/** A session's cookie; those of logins under way have other names. */
const sessionOf = (visitor: Visitor): string[] =>
  [...visitor.jar()].filter(([name]) => !name.includes('.tx.')).map((pair) => pair.join('='))

async function startExample(storage: DatabaseName): Promise<Running> {
  const [honest, hostile, bird, database] = await Promise.all([
    startProvider('honest'),
    startProvider('hostile'),
    startHostileOauth1(),
    exampleDatabases[storage](),
  ])
  const entries = {
    openid: honest.oidc(),
    oauth2: hostile.oauth2(),
    other: hostile.oidc(),
    oauth1: bird.entry,
    openid2: { identifier: 'http://127.0.0.1:1/' },
  }
  const server: ExampleServer = await startExampleServer({
    ...database.setting,
    IDENTITY_PROVIDERS: JSON.stringify({ entries, origins: [honest.origin, hostile.origin] }),
    AUTH_SECRET: 'canary-app-secret of the attacked example application',
    DEBUG: 'authrouter*',
  })
  const { url } = server
  const watched: Watched = { ports: () => [Number(new URL(url).port)], answers: [] }
  let printedBefore = 0
  const printed = (): string => server.output().slice(printedBefore)
  const tokenCalls = (): number =>
    honest.calls('/token') + hostile.calls('/token') + bird.received.filter((request) => request.url.startsWith('/access')).length
  const providerOf = (slug: Slug): ScriptedProvider => (slug === 'openid' ? honest : hostile)

  async function begin(visitor: Visitor, path: string, slug: Slug, person: string, asked?: Asked): Promise<string> {
    const answer = await visitor.go(path, asked)
    const location = answer.status === 200 ? answer.json<{ location?: string }>().location : undefined
    if (location === undefined) throw new Error(`Nothing could be started: ${String(answer.status)} ${answer.body}`)
    return providerOf(slug).approve(location, person)
  }

  const example: Example = {
    url,
    honest,
    hostile,
    bird,
    visitor: () => createVisitor(watched, url),
    start: (visitor, slug, person) => begin(visitor, `/auth/${slug}`, slug, person),
    startLink: (visitor, slug, person) => begin(visitor, `/auth/${slug}/link`, slug, person, { method: 'POST' }),
    signIn: async (visitor, slug, person) => expectDone(await visitor.go(await example.start(visitor, slug, person))),
    link: async (visitor, slug, person) => expectDone(await visitor.go(await example.startLink(visitor, slug, person))),
    accounts: async (visitor) => {
      const { accounts } = (await visitor.go('/auth/session')).json<{ accounts: { key: string }[] }>()
      return accounts.map(({ key }) => key)
    },
    rows: database.rows,
    keysOfOwner: async (key) => {
      const found = await database.rows<{ key: string }>(
        `SELECT key FROM identities WHERE user_id = (SELECT user_id FROM identities WHERE key = '${key}') ORDER BY key`,
      )
      return found.map((row) => row.key)
    },
    async refuses(visitor, path, status, code, asked = {}) {
      const before = { accounts: await example.accounts(visitor), cookies: sessionOf(visitor), calls: tokenCalls() }
      const answer = await visitor.go(path, asked)
      expect([answer.status, answer.json()]).toEqual([status, expect.objectContaining({ error: code })])
      const { body } = await visitor.go(path, { ...asked, headers: { ...asked.headers, accept: 'text/html' } })
      expect(body).toContain(code)
      expect(body).toMatch(/<a [^>]*href="\/auth/)
      // I7: nothing of anybody else's on the page.
      expect(body).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\/|<script/)
      expect({ accounts: await example.accounts(visitor), cookies: sessionOf(visitor), calls: tokenCalls() }).toEqual(before)
    },
    told: (event) =>
      printed()
        .split('\n')
        .filter((line) => line.includes(`event: '${event}'`)),
  }

  return {
    example,
    begin() {
      watched.answers.length = 0
      printedBefore = server.output().length
      for (const provider of [honest, hostile]) provider.reset()
      bird.received.length = 0
    },
    async checkInvariants() {
      // I1
      expect((await example.visitor().go('/')).status).toBe(200)
      expect([server.hasEnded(), /unhandled|uncaught/i.test(printed())]).toEqual([false, false])
      // I2
      const secrets = new RegExp(['canary', ...[...honest.verifiers(), ...hostile.verifiers()].map(escaped)].join('|'))
      expect(printed()).not.toMatch(secrets)
      for (const { answer } of watched.answers) {
        expect(answer.body).not.toMatch(secrets)
        if (![honest, hostile, bird.entry].some((one) => answer.location?.startsWith(originOf(one))))
          expect(answer.location ?? '').not.toMatch(secrets)
        expect(answer.status).toBeLessThan(500)
      }
      // I6
      for (const { url: address, answer } of watched.answers.filter((one) => new URL(one.url).pathname.startsWith('/auth')))
        expect([address, answer.headers['cache-control'], answer.headers['referrer-policy']]).toEqual([address, 'no-store', 'no-referrer'])
    },
    async close() {
      await server.stop()
      await Promise.all([honest.close(), hostile.close(), bird.close(), database.close()])
    },
  }
}

function originOf(one: ScriptedProvider | HostileOauth1['entry']): string {
  return 'origin' in one ? String(one['origin']) : new URL(String(one['authorizationEndpoint'])).origin
}

function escaped(text: string): string {
  return text.replaceAll('-', '\\-')
}

function expectDone(answer: Answer): Answer {
  expect([answer.status, answer.json()]).toEqual([200, { location: expect.any(String) }])
  return answer
}
