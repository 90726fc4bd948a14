import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { describeWith, mayRun } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { startExampleServer, type ExampleServer } from './exampleServer.js'
import { startSharedProviders, type SharedProviders } from './identityProviders.js'
import { createVisitor, type Visitor } from './visitor.js'

/** The example application with users in one place and sessions in another, and while a provider is away. */

interface Overview {
  accounts: { slug: string; calls: { problem?: string; answer?: { status: number } }[] }[]
}

describeWith(mayRun('redis-server') ? 'postgresql' : 'redis-server', 'With Postgres and Redis at once', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let redis: Awaited<ReturnType<typeof startRedis>>
  let providers: SharedProviders
  let server: ExampleServer
  let pool: pg.Pool
  let visitor: Visitor

  beforeAll(async () => {
    ;[postgres, redis, providers] = await Promise.all([startPostgres(), startRedis(), startSharedProviders()])
    server = await startExampleServer({
      DATABASE_URL: postgres.connectionString,
      REDIS_URL: redis.url,
      IDENTITY_PROVIDERS: providers.setting,
    })
    providers.register(server.url)
    pool = new pg.Pool({ connectionString: postgres.connectionString })
    visitor = createVisitor(server.url)
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
    await Promise.all([postgres.stop(), redis.stop(), providers.close()])
  })

  const keys = async (): Promise<string[]> =>
    (await pool.query<{ key: string }>('SELECT key FROM identities ORDER BY key')).rows.map(({ key }) => key)
  const post = (path: string) =>
    visitor.browser.go(server.url + path, { method: 'POST', form: { returnTo: '/accounts' }, headers: { origin: server.url } })

  test('users are in Postgres, with all their accounts, and nothing of their sessions is', async () => {
    await visitor.logIn('openid')
    expect((await post('/auth/oauth1/link')).url).toBe(`${server.url}/accounts`)
    expect(await keys()).toEqual(['oauth1$linus-id', 'openid$ada-id'])
    expect((await pool.query('SELECT id FROM users')).rows).toHaveLength(1)
    const tables = (await pool.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")).rows
    expect(tables.map(({ name }) => name)).not.toContain('authrouter_tokens')
    expect((await visitor.visit('/admin')).body).toContain('ada@example.com')
    expect((await visitor.visit('/your-data')).body).toContain('users in Postgres, sessions and tokens in Redis')
  })

  test('the dashboard says which provider is away, and shows the others', async () => {
    await providers.closeOauth1()
    const { status, data } = await visitor.json<Overview>('/api/overview')
    expect(status).toBe(200)
    const statuses = data.accounts.map(({ slug, calls }) => [slug, calls.map(({ answer }) => answer?.status)])
    expect(statuses).toEqual([
      ['openid', [200, 200]],
      ['oauth1', [undefined, undefined]],
    ])
    const page = await visitor.visit('/dashboard')
    expect(page.status).toBe(200)
    expect(page.body).toContain('no answer')
    expect(page.body).toContain('The provider could not be reached.')
    expect(page.body).toContain('analytical-notes')
  })

  test('who deletes their account is gone from Postgres, and signed out', async () => {
    expect((await visitor.browser.go(`${server.url}/your-data/delete`, { method: 'POST' })).status).toBe(403)
    expect(await keys()).toHaveLength(2)
    expect((await post('/your-data/delete')).url).toBe(`${server.url}/goodbye`)
    expect(await keys()).toEqual([])
    expect((await pool.query('SELECT id FROM users')).rows).toEqual([])
    expect((await visitor.visit('/accounts')).status).toBe(302)
  })
})
