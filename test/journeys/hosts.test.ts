import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type express from 'express'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { hosts, listen } from '../support/hosts.js'
import { startScopeProvider, type ScopeProvider } from '../support/scopeProvider.js'

/** Which of the configured addresses a request is at, by its Host header and by what a proxy says. */

let provider: ScopeProvider
beforeAll(async () => {
  provider = await startScopeProvider()
})
afterAll(async () => {
  await provider.close()
})

interface Answer {
  status: number
  location: string
  body: string
}
interface Options extends Partial<AuthRouterOptions> {
  host?: keyof typeof hosts
  trusted?: unknown
  mountPath?: string
}
type Ask = (path: string, headers: Record<string, string>, method?: string) => Promise<Answer>

/** Runs an application, and lets a test ask it with any headers: fetch writes Host itself. */
async function at({ host = 'Express 5', trusted, mountPath, ...options }: Options, run: (ask: Ask) => Promise<void>): Promise<void> {
  const router = authRouter({ secret: testSecret, logger: false, providers: { plain: provider.entry }, ...options })
  const app = hosts[host]({ router, ...(mountPath === undefined ? {} : { mountPath }) })
  if (trusted !== undefined) (app as unknown as express.Express).set('trust proxy', trusted)
  const { url, close } = await listen(app)
  try {
    await run(
      (path, headers, method = 'GET') =>
        new Promise((resolve, reject) => {
          request(url + path, { method, headers: { accept: 'text/html', ...headers } }, (res) => {
            let body = ''
            res
              .on('data', (chunk) => {
                body += String(chunk)
              })
              .on('end', () => {
                resolve({ status: res.statusCode ?? 0, location: res.headers.location ?? '', body })
              })
          })
            .on('error', reject)
            .end()
        }),
    )
  } finally {
    await router.close()
    await close()
  }
}

const callback = (origin: string): string => `redirect_uri=${encodeURIComponent(`${origin}/auth/plain/callback`)}`
const forwarded = { host: 'inner.example', 'x-forwarded-host': 'two.example', 'x-forwarded-proto': 'https' }
const both = { baseUrl: ['https://one.example', 'https://two.example', 'https://two.example:8443'] }

describe.each(['Express 5', 'Express 4'] as const)('With %s', (host) => {
  test.each([
    ['the forwarded host', forwarded, 'https://two.example'],
    ['the forwarded port', { ...forwarded, 'x-forwarded-host': 'two.example:8443' }, 'https://two.example:8443'],
    ['the first of several', { ...forwarded, 'x-forwarded-host': 'TWO.example, one.example' }, 'https://two.example'],
    ['the Host header without it', { host: 'one.example', 'x-forwarded-proto': 'https' }, 'https://one.example'],
  ])('behind a trusted proxy %s picks from the list', async (_what, headers, origin) => {
    await at({ host, trusted: 'loopback', ...both }, async (ask) => {
      expect((await ask('/auth/plain', headers)).location).toContain(callback(origin))
    })
  })

  test('behind a trusted proxy a host that is not in the list decides nothing', async () => {
    await at({ host, trusted: true, ...both }, async (ask) => {
      expect(await ask('/auth/plain', { ...forwarded, 'x-forwarded-host': 'evil.example' })).toMatchObject({ status: 400, location: '' })
    })
    await at({ host, trusted: true }, async (ask) => {
      expect((await ask('/auth/plain', { host: 'localhost:1', 'x-forwarded-host': 'evil.example' })).location).toContain(
        callback('http://localhost:1'),
      )
    })
  })

  test('behind a proxy that decrypts and is not trusted the Host header picks from the list, and the list has the scheme', async () => {
    await at({ host, ...both }, async (ask) => {
      expect((await ask('/auth/plain', { host: 'two.example' })).location).toContain(callback('https://two.example'))
      expect((await ask('/auth/plain', { host: 'two.example:8443', 'x-forwarded-host': 'one.example' })).location).toContain(
        callback('https://two.example:8443'),
      )
      expect(await ask('/auth/plain', { host: 'evil.example', 'x-forwarded-host': 'two.example' })).toMatchObject({
        status: 400,
        location: '',
      })
    })
  })

  test.each([
    ['nothing', undefined],
    ['another address', '10.0.0.1'],
    ['nobody', false],
  ])('where %s is trusted the forwarded host is not read', async (_who, trusted) => {
    await at({ host, trusted, baseUrl: ['http://localhost:1', 'http://localhost:2'] }, async (ask) => {
      expect((await ask('/auth/plain', { host: 'localhost:1', 'x-forwarded-host': 'localhost:2' })).location).toContain(
        callback('http://localhost:1'),
      )
    })
  })
})

test('With Connect the forwarded host is not read', async () => {
  await at({ host: 'Connect', baseUrl: ['http://localhost:1', 'http://localhost:2'] }, async (ask) => {
    expect((await ask('/auth/plain', { host: 'localhost:1', 'x-forwarded-host': 'localhost:2' })).location).toContain(
      callback('http://localhost:1'),
    )
  })
})

describe('A visitor at the configured host', () => {
  test.each([
    ['with www.', 'https://app.example', 'www.app.example'],
    ['without it', 'https://www.app.example', 'app.example'],
    ['in capitals and with a port', 'https://app.example', 'WWW.App.Example:443'],
    ['beside others', ['https://other.example', 'https://app.example'], 'www.app.example'],
  ])('%s is sent to it before a login starts, once', async (_how, baseUrl, host) => {
    await at({ baseUrl }, async (ask) => {
      const configured = [baseUrl].flat().at(-1) ?? ''
      for (const path of ['/auth', '/auth/plain']) {
        expect(await ask(path, { host })).toMatchObject({ status: 302, location: `${configured}${path}?authrouter_host=1` })
        expect(await ask(`${path}?returnTo=/a%3Fb&x=%2B`, { host })).toMatchObject({
          status: 302,
          location: `${configured}${path}?returnTo=/a%3Fb&x=%2B&authrouter_host=1`,
        })
        expect((await ask(`${path}?authrouter_host=1`, { host })).location).not.toContain('authrouter_host')
      }
    })
  })

  test('is sent below the paths that the application has outside', async () => {
    await at({ baseUrl: 'https://app.example/shop', mountPath: '/account' }, async (ask) => {
      expect((await ask('/account/auth/plain', { host: 'www.app.example' })).location).toBe(
        'https://app.example/shop/account/auth/plain?authrouter_host=1',
      )
    })
  })

  test.each([
    'app.example',
    'inner.local',
    '10.0.0.7:3000',
    'www.evil.example',
    'www.www.app.example',
    'app.example.evil.example',
    'wwwapp.example',
    '@app.example',
    '',
  ])('is one who asks for %j or any other: nobody is sent anywhere', async (host) => {
    await at({ baseUrl: 'https://app.example' }, async (ask) => {
      expect((await ask('/auth/plain', { host })).location).toContain(callback('https://app.example'))
    })
  })

  test('is not asked where both names are configured', async () => {
    await at({ baseUrl: ['http://localhost:1', 'http://www.localhost:1'] }, async (ask) => {
      expect((await ask('/auth/plain', { host: 'www.localhost:1' })).location).toContain(callback('http://www.localhost:1'))
    })
  })

  test('is sent nowhere by a form, a program or a callback', async () => {
    await at({ baseUrl: 'https://app.example' }, async (ask) => {
      const host = 'www.app.example'
      expect((await ask('/auth/plain', { host }, 'POST')).location).toContain(callback('https://app.example'))
      expect((await ask('/auth/plain', { host, accept: 'application/json' })).status).toBe(200)
      expect((await ask('/auth/plain', { host, 'sec-fetch-dest': 'empty' })).status).toBe(403)
      expect((await ask('/auth/plain/callback?state=x', { host })).status).toBe(400)
      expect((await ask('/auth/session', { host })).status).toBe(200)
    })
  })

  test('finds no marker in what is passed on', async () => {
    await at({ baseUrl: 'https://app.example' }, async (ask) => {
      const page = await ask('/auth/plain?authrouter_host=1&returnTo=/a', {
        host: 'app.example',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-dest': 'document',
      })
      expect(page).toMatchObject({ status: 200, body: expect.stringContaining('returnTo') as unknown })
      expect(page.body).not.toContain('authrouter_host')
    })
  })
})
