import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeWith, type Part } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { rounds } from '../support/rounds.js'
import { people, shortLifetime, startSharedProviders, type SharedProviders, type Slug } from './identityProviders.js'
import { startCluster, startTwo, type Installation } from './installations.js'
import { startExampleServer, temporaryDatabase } from './exampleServer.js'
import { createVisitor, replay, type Visitor } from './visitor.js'

/** The example application on several processes, none of which knows what another one has done. */

interface Storage {
  settings: Record<string, string>
  stop: () => Promise<void>
}

const storages: { storage: string; needs: Part; startStorage: () => Promise<Storage> }[] = [
  {
    storage: 'Redis',
    needs: 'redis-server',
    startStorage: async () => {
      const server = await startRedis()
      return { settings: { REDIS_URL: server.url }, stop: server.stop }
    },
  },
  {
    storage: 'Postgres',
    needs: 'postgresql',
    startStorage: async () => {
      const server = await startPostgres()
      return { settings: { DATABASE_URL: server.connectionString }, stop: server.stop }
    },
  },
]
const extents = { 'four workers of a cluster': startCluster, 'two processes behind a balancer': startTwo }
const cases = storages.flatMap((storage) => Object.entries(extents).map(([extent, start]) => ({ ...storage, extent, start })))
const loginCount = rounds({ short: 12, long: 50 })
const secret = 'a secret of the cluster tests that is long enough'
const slugs = ['openid', 'oauth2', 'oauth1'] as const

interface Overview {
  accounts: { slug: string; calls: { path: string; answer?: { status: number; data: unknown } }[] }[]
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20)
}

/** Runs tasks, some of them at once. */
async function inParallel<T>(count: number, atOnce: number, task: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let index = next++; index < count; index = next++) results[index] = await task(index)
    }),
  )
  return results
}

for (const { needs, storage: name, startStorage, extent, start } of cases)
  describeWith(needs, `With ${name}, ${extent}`, () => {
    let storage: Storage
    let providers: SharedProviders
    let settings: Record<string, string>
    let app: Installation
    let early: Visitor
    let earlyLogin: number

    beforeAll(async () => {
      ;[storage, providers] = await Promise.all([startStorage(), startSharedProviders()])
      settings = { DATABASE_FILE: temporaryDatabase(), ...storage.settings, AUTH_SECRET: secret, IDENTITY_PROVIDERS: providers.setting }
      app = await start(settings)
      providers.register(app.url)
      // Its access token ends while the other tests run.
      early = createVisitor(app.url)
      await early.logIn('short')
      earlyLogin = Date.now()
    })
    afterAll(async () => {
      await app.close()
      await providers.close()
      await storage.stop()
    })

    async function signedIn(slug: Slug): Promise<Visitor> {
      const visitor = createVisitor(app.url)
      const { page } = await visitor.logIn(slug)
      expect(page?.status).toBe(200)
      expect(page?.body).toContain(`Hello ${people[slug]}`)
      return visitor
    }

    test(`${loginCount} logins succeed, whichever process answers each of their steps`, async () => {
      // An odd number at once, so that of two processes in turn each visitor gets both.
      const visitors = await inParallel(loginCount, 5, async (index) => {
        const slug = slugs[index % slugs.length] ?? 'openid'
        return { slug, visitor: await signedIn(slug) }
      })
      expect(new Set(visitors.flatMap(({ visitor }) => visitor.workers)).size).toBe(app.size)
      const mixed = visitors.filter(({ visitor }) => new Set(visitor.workers).size > 1)
      // How many are mixed is chance: all requests take turns.
      expect(mixed.length).toBeGreaterThan(0)

      await inParallel(visitors.length, 6, async (index) => {
        const { slug, visitor } = visitors[index] ?? { slug: 'openid', visitor: createVisitor(app.url) }
        const { status, data } = await visitor.json<Overview>('/api/overview')
        expect(status).toBe(200)
        expect(data.accounts.map((account) => account.slug)).toEqual([slug])
        expect(data.accounts[0]?.calls.map(({ path, answer }) => [path, answer?.status])).toEqual([
          ['me', 200],
          ['projects', 200],
        ])
        expect(JSON.stringify(data)).toContain(people[slug])
      })
    })

    test('many API calls at once with an access token that has ended make one renewal, and all processes know the new one', async () => {
      await sleep(Math.max(0, earlyLogin + shortLifetime * 1000 - Date.now()))
      expect(providers.shortGate.count('refresh_token')).toBe(0)
      const answers = await Promise.all(Array.from({ length: 20 }, () => replay(`${app.url}/api/overview`, early.cookie())))
      const statuses = answers.map(({ status, body }) => {
        const { accounts } = JSON.parse(body) as Overview
        return [status, ...accounts.flatMap(({ calls }) => calls.map(({ answer }) => answer?.status))]
      })
      expect(statuses).toEqual(answers.map(() => [200, 200, 200]))
      expect(providers.shortGate.count('refresh_token')).toBe(1)
      expect(new Set(answers.map(({ worker }) => worker)).size).toBeGreaterThan(1)
      // The page for people, too.
      const page = await early.visit('/dashboard')
      expect(page.body).toContain('analytical-notes')
      expect(page.body.match(/badge good">200</g)).toHaveLength(2)
    })

    test('who signs out at one process is signed out at all, also with a copy of the cookie', async () => {
      const visitor = await signedIn('oauth2')
      const copied = visitor.cookie()
      expect(JSON.parse((await replay(`${app.url}/auth/session`, copied)).body)).toMatchObject({ user: { name: 'Grace Sample' } })
      expect((await visitor.logOut()).status).toBe(303)

      const answers = await Promise.all(Array.from({ length: 20 }, () => replay(`${app.url}/auth/session`, copied)))
      expect(answers.map(({ body }) => (JSON.parse(body) as { user: unknown }).user)).toEqual(answers.map(() => null))
      expect(new Set(answers.map(({ worker }) => worker)).size).toBeGreaterThan(1)
      expect((await replay(`${app.url}/api/projects`, copied)).status).toBe(401)
    })

    test('a callback that comes 20 times at once asks the provider once, and every answer leads on', async () => {
      const visitor = createVisitor(app.url)
      const { url } = await visitor.logIn('oauth2', (address) => address.includes('/callback?'))
      const before = providers.gate.count('authorization_code')
      const answers = await Promise.all(Array.from({ length: 20 }, () => replay(url, visitor.cookie())))

      expect(answers.map(({ status, location }) => [status, location])).toEqual(answers.map(() => [303, '/']))
      expect(providers.gate.count('authorization_code') - before).toBe(1)
      expect(new Set(answers.map(({ worker }) => worker)).size).toBeGreaterThan(1)
      const sessions = answers.flatMap(({ setCookies }) => setCookies).filter((line) => line.startsWith('ar.sid='))
      expect(sessions).toHaveLength(1)
      const { body } = await replay(`${app.url}/auth/session`, sessions[0]?.split(';')[0] ?? '')
      expect(JSON.parse(body)).toMatchObject({ user: { name: 'Grace Sample' } })
    })

    test('a process that is killed takes nothing with it but the requests that it had', async () => {
      const begun = performance.now()
      const before = await signedIn('openid')
      const killed = before.workers.at(-1) ?? ''
      const patience = Math.max(5_000, 20 * (performance.now() - begun))
      // Four at a time, each of which may have had a request there, and may try again before the process is known to be gone.
      const maxLost = 8
      let started = 0
      let lost = 0

      const visitors = await inParallel(24, 4, async (index) => {
        if (++started === 8) process.kill(Number(killed), 'SIGKILL')
        for (;;) {
          const visitor = createVisitor(app.url)
          const slug = slugs[index % slugs.length] ?? 'openid'
          // A person whose page does not load, or not soon, starts again. Node's cluster never closes a connection that was on its way to a
          // worker which died.
          const page = await Promise.race([
            visitor.logIn(slug).then(
              (end) => end.page,
              () => undefined,
            ),
            sleep(patience, undefined, { ref: false }),
          ])
          if (page?.body.includes(`Hello ${people[slug]}`)) return visitor
          if (++lost > maxLost)
            throw new Error(`Login ${String(lost)} was lost, at ${page?.url ?? 'a connection'}: ${String(page?.status)}`)
        }
      })

      const answers = await Promise.all([before, ...visitors].map((visitor) => replay(`${app.url}/api/overview`, visitor.cookie())))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      expect(answers.map(({ worker }) => worker)).not.toContain(killed)
      if (app.isReplaced) {
        const known = new Set([before, ...visitors].flatMap(({ workers }) => workers))
        await until(async () => {
          known.add((await before.visit('/')).headers.get('x-worker') ?? '')
          return known.size === app.size + 1
        })
      }
    })

    test('told to stop, it finishes a callback that is under way, and ends with exit code 0', async () => {
      const before = await signedIn('openid')
      const visitor = createVisitor(app.url)
      const { url } = await visitor.logIn('oauth2', (address) => address.includes('/callback?'))
      providers.gate.hold()
      const answer = visitor.browser.go(url, { follow: false })
      await until(() => providers.gate.waiting() === 1)

      const stopped = app.stop()
      await until(async () => (await Promise.all(app.addresses.map(isRefused))).every((refused) => refused))
      providers.gate.release()
      const { status, headers } = await answer
      expect([status, headers.get('location')]).toEqual([303, '/'])
      const ends = await stopped
      expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0))

      // What was signed in stays so over a restart, the last one included.
      const again = await startExampleServer(settings)
      const sessions = await Promise.all([before, visitor].map((somebody) => replay(`${again.url}/auth/session`, somebody.cookie())))
      const users = sessions.map(({ body }) => (JSON.parse(body) as { user: { name: string } | null }).user)
      expect(users.map((user) => user?.name)).toEqual(['Ada Example', 'Grace Sample'])
      expect((await again.stop()).code).toBe(0)
    })
  })

async function isRefused(url: string): Promise<boolean> {
  try {
    // A cluster whose workers have all stopped listening in this moment may neither refuse a connection nor answer it.
    await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(500) })
    return false
  } catch (error) {
    return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED'
  }
}
