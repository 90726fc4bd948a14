import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startProvider, type ScriptedProvider } from '../attacks/provider.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { describeWith } from '../support/parts.js'
import { rounds } from '../support/rounds.js'
import { exampleDatabases, type DatabaseName, type ExampleDatabase } from './exampleDatabase.js'
import { startExampleServer, type ExampleServer } from './exampleServer.js'

/** A crowd signs in to the example application at once, each user in two browsers, in two processes on one database. */

const atOnce = 200
/** How often somebody starts again. */
const maxTries = 20
const users = rounds({ short: 100, long: 400 })

interface Visit {
  browser: Browser
  slug: 'openid' | 'oauth2'
  person: string
}

/** Two new browsers for each user; half of the users come by each protocol. */
function crowd(): Visit[] {
  return Array.from({ length: 2 * users }, (_, index) => ({
    browser: createBrowser(),
    slug: index % 4 < 2 ? 'openid' : 'oauth2',
    person: `person-${String(Math.floor(index / 2))}`,
  }))
}

/** Does it for all of them, as many at any moment as a proxy in front of an application lets through. */
async function eachOf(visits: readonly Visit[], work: (visit: Visit) => Promise<void>): Promise<void> {
  const waiting = visits.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const visit of waiting) await work(visit)
    }),
  )
}

/** Whom the application has to send away, because the crowd is more than the machine can do in time, comes again. */
async function patiently(ask: () => Promise<Page>): Promise<Page> {
  for (let tries = 1; ; tries++) {
    const page = await ask()
    if (page.status < 500 || tries === maxTries) return page
  }
}

const keyOf = ({ slug, person }: Visit): string => `${slug}$${person}`

for (const storage of Object.keys(exampleDatabases) as DatabaseName[]) {
  describeWith(storage === 'Postgres' ? 'postgresql' : undefined, `${String(users)} users of the example application on ${storage}`, () => {
    let provider: ScriptedProvider
    let database: ExampleDatabase
    let server: ExampleServer
    beforeAll(async () => {
      ;[provider, database] = await Promise.all([startProvider('crowd'), exampleDatabases[storage]()])
      const entries = {
        openid: provider.oidc(),
        oauth2: provider.oauth2(),
        oauth1: { ...provider.oauth2(), protocol: 'oauth2' },
        openid2: { identifier: 'http://127.0.0.1:1/' },
      }
      server = await startExampleServer({
        ...database.setting,
        WORKERS: '2',
        IDENTITY_PROVIDERS: JSON.stringify({ entries, origins: [provider.origin] }),
        AUTH_SECRET: 'a secret of the crowd that is long enough to seal',
      })
    })
    afterAll(async () => {
      await server.stop()
      await Promise.all([provider.close(), database.close()])
    })

    function visit({ browser }: Visit, address: string): Promise<Page> {
      // A connection that is kept might be closed just when it is used again.
      return browser.go(address, { follow: false, headers: { connection: 'close' } })
    }

    async function untilCallback(one: Visit): Promise<string> {
      const { headers } = await patiently(() => visit(one, `${server.url}/auth/${one.slug}`))
      return provider.approve(headers.get('location') ?? '', one.person)
    }

    /** Everybody is at the provider first, and then all come back. */
    async function signInAll(visits: readonly Visit[]): Promise<void> {
      const callbacks = new Map<Visit, string>()
      await eachOf(visits, async (one) => void callbacks.set(one, await untilCallback(one)))
      await eachOf(visits, async (one) => {
        const { status } = await visit(one, callbacks.get(one) ?? '')
        // Whoever is sent away starts again, as the page says.
        const isBusy = status >= 500
        expect(isBusy ? (await patiently(async () => visit(one, await untilCallback(one)))).status : status).toBe(303)
      })
    }

    async function expectOneRowEach(visits: readonly Visit[], name: (person: string) => string, since: Date): Promise<void> {
      const rows = await database.rows<{ key: string; id: string; name: string; last: string | Date }>(
        'SELECT i.key, i.last_login_at AS last, u.id, u.name FROM users AS u JOIN identities AS i ON i.user_id = u.id',
      )
      const expected = new Map(visits.map((visit) => [keyOf(visit), name(visit.person)]))
      expect(new Map(rows.map((row) => [row.key, row.name]))).toEqual(expected)
      expect([rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([users, users])
      expect(rows.filter(({ last }) => new Date(last) < since)).toEqual([])
      const all = await Promise.all(['users', 'identities'].map((table) => database.rows(`SELECT 1 FROM ${table}`)))
      expect(all.map((found) => found.length)).toEqual([users, users])
    }

    /** Each session is of its own user, whose row the page shows. */
    async function expectOwnSessions(visits: readonly Visit[]): Promise<void> {
      const ids = new Map<string, Set<string>>()
      await eachOf(visits, async (one) => {
        const { body } = await patiently(() => visit(one, `${server.url}/your-data`))
        const [, id = ''] = /<th[^>]*>id<\/th>\s*<td[^>]*>([^<]+)</.exec(body) ?? []
        expect([id, body]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringContaining(`<td>${keyOf(one)}</td>`)])
        ids.set(one.person, (ids.get(one.person) ?? new Set()).add(id))
      })
      expect([ids.size, [...ids.values()].every((found) => found.size === 1)]).toEqual([users, true])
    }

    const first = crowd()

    test('who all sign in for the first time at once are each one user, in both of their browsers', async () => {
      const since = new Date()
      await signInAll(first)
      await expectOneRowEach(first, (person) => `Name of ${person}`, since)
      await expectOwnSessions(first)
    })

    test('who all come back at once with another name have it, none is lost, and their other browsers stay signed in', async () => {
      const since = new Date()
      const second = crowd()
      provider.profile = (person) => ({ name: `Later name of ${person}` })
      await signInAll(second)
      await expectOneRowEach(second, (person) => `Later name of ${person}`, since)
      await expectOwnSessions([...first, ...second])
      // Nothing else than that the machine was too busy.
      expect(server.output()).not.toMatch(/^authrouter: (?!Callback URLs)(?!.*(?:store_unavailable|provider_))/m)
    })
  })
}
