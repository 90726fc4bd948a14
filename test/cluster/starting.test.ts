import { describe, expect, test } from '@jest/globals'
import { freePort } from '../support/redis.js'
import { failToStart, startExampleServer } from './exampleServer.js'
import { createVisitor } from './visitor.js'

describe('The example application', () => {
  test('with workers and nothing else has identity providers and a secret for all of them', async () => {
    const server = await startExampleServer({ WORKERS: '2' })
    try {
      const visitor = createVisitor(server.url)
      const { url, page } = await visitor.logIn('openid')
      expect(page?.body).toContain('Ada Example')
      const end = await visitor.browser.go(url, { method: 'POST', form: { person: 'ada-id' } })
      expect(end.body).toContain('Hello Ada')

      const workers = new Set<string | null>()
      for (let visits = 0; visits < 10; visits++) {
        const home = await visitor.visit('/')
        expect(home.body).toContain('Hello Ada')
        workers.add(home.headers.get('x-worker'))
      }
      expect(workers.size).toBe(2)
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test.each([
    ['in one process', {}],
    ['with workers', { WORKERS: '2' }],
  ])('says that its storage is away, and does not start, %s', async (_extent, settings) => {
    const { code, output } = await failToStart({ ...settings, REDIS_URL: `redis://127.0.0.1:${String(await freePort())}` })
    expect(code).toBe(1)
    expect(output).toContain('Is the server of REDIS_URL or DATABASE_URL running?')
  })

  test.each([
    [{ WORKERS: 'many' }, 'WORKERS must be a number from 0 to 64.'],
    [{ PORT: '70000' }, 'PORT must be a number from 0 to 65531.'],
    [{ ACCESS_TOKEN_LIFETIME: '0' }, 'ACCESS_TOKEN_LIFETIME must be a number from 1 to 86400.'],
    [{ IDENTITY_PROVIDERS: '{}' }, 'IDENTITY_PROVIDERS must be JSON'],
  ])('says what is wrong with %j', async (settings, message) => {
    const { code, output } = await failToStart(settings)
    expect(code).toBe(1)
    expect(output.startsWith(message)).toBe(true)
  })
})
