import { createHook } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import { createEngine, type Engine } from '../../../middleware/core/engine.js'
import type { RequestContext } from '../../../middleware/core/requestContext.js'
import { type FoundUser, headerUsers, type HeaderUsers } from '../../../middleware/request/headers/headerUsers.js'
import { verifiedHeaders } from '../../../middleware/request/headers/verifiedHeaders.js'
import { authRouter } from '../../../middleware/index.js'
import { testSecret } from '../../support/application.js'
import { hosts, listen, sendJson } from '../../support/hosts.js'
import { signedBy, startKeyServer, unsigned, type KeyServer } from '../../support/identityProxy.js'
import { proxyEntry, proxyHeader, rightKey, saysOf, through } from '../../support/proxiedApplication.js'

/** What headers cost, and what is kept of them. */

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function inUse(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

const minute = 60_000
const megabyte = 1024 * 1024

let server: KeyServer
let engine: Engine
let users: HeaderUsers
let now: number
let logins: number

beforeEach(async () => {
  server = await startKeyServer(rightKey)
  now = Date.now()
  logins = 0
  const settings = resolveConfig(
    {
      secret: testSecret,
      logger: false,
      providers: { iap: proxyEntry(server) as never },
      hooks: {
        onLogin: () => {
          logins++
        },
      },
    },
    { catalogue: {}, retired: {}, env: {}, warn: () => undefined },
  )
  engine = createEngine(settings as never, () => now)
  users = headerUsers(engine)
})
afterEach(async () => {
  await engine.close()
  await server.close()
})

function at(jwt: string): ReturnType<HeaderUsers['of']> {
  const host = { header: (name: string) => (name === proxyHeader ? jwt : undefined), native: {} }
  return users.of({ host, publicUrl: { baseUrl: 'http://x', origin: 'http://x', mountPath: '/auth' } } as unknown as RequestContext)
}

const of = async (jwt: string): Promise<FoundUser | undefined> => await at(jwt)
const keyOf = (found: FoundUser | undefined): string | undefined => (found && 'user' in found ? found.user.record.loginKey : undefined)
const jwtOf = (sub: string, changed: Record<string, unknown> = {}): string => through(sub, changed)[proxyHeader] ?? ''

describe('A header that has been verified', () => {
  test('is looked up at once the next time, without a promise, until it ends', async () => {
    const jwt = jwtOf('ada', { exp: Math.floor(now / 1000) + 120 })
    expect(keyOf(await of(jwt))).toBe('iap$ada')
    const again = at(jwt)
    expect(again).not.toBeInstanceOf(Promise)
    expect(keyOf(await again)).toBe('iap$ada')
    now += 149_000
    expect(at(jwt)).not.toBeInstanceOf(Promise)
    now += 2_000
    expect(await of(jwt)).toBeUndefined()
    expect(logins).toBe(1)
  })

  test('is verified once, however many requests bring it at once', async () => {
    const [entry] = engine.headerEntries
    if (!entry) throw new Error('There is no entry')
    const read = verifiedHeaders(engine)
    const request = { publicUrl: { baseUrl: 'http://x', origin: 'http://x', mountPath: '/auth' } } as unknown as RequestContext
    const jwt = jwtOf('ada')
    const first = read(request, entry, jwt)
    expect(read(request, entry, jwt)).toBe(first)
    await first
    expect(read(request, entry, jwt)).not.toBeInstanceOf(Promise)
  })

  test('is verified anew after five minutes, and refused where its key has been withdrawn', async () => {
    const jwt = jwtOf('ada', { exp: Math.floor(now / 1000) + 3600 })
    await of(jwt)
    server.keys = []
    now += 5 * minute - 1_000
    expect(keyOf(await of(jwt))).toBe('iap$ada')
    now += 2_000
    expect(await of(jwt)).toBeUndefined()
    expect(await of(jwt)).toBeUndefined()
    expect(logins).toBe(1)
  })

  test('holds while the keys cannot be reached for a while', async () => {
    const jwt = jwtOf('ada', { exp: Math.floor(now / 1000) + 3600 })
    await of(jwt)
    server.failsWith = 503
    now += 6 * minute
    expect(keyOf(await of(jwt))).toBe('iap$ada')
  })

  test('is another one with another signature, header or payload', async () => {
    const jwt = jwtOf('ada')
    await of(jwt)
    const [head = '', payload = '', signature = ''] = jwt.split('.')
    const eves = Buffer.from(JSON.stringify(saysOf('eve'))).toString('base64url')
    for (const changed of [`${head}.${payload}.${signature.slice(0, -8)}AAAAAAAA`, `${head}.${eves}.${signature}`, `${head}.${payload}.`])
      expect(await of(changed)).toBeUndefined()
  })
})

describe('What strangers send', () => {
  test('10,000 headers that do not verify fetch keys twice, and leave nothing', async () => {
    await of(jwtOf('ada'))
    const before = inUse()
    for (let round = 0; round < 10; round++) {
      const found = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) => {
          const claims = saysOf(`eve-${String(round)}-${String(index)}`, { padding: 'x'.repeat(2_000) })
          return of(index % 2 === 0 ? unsigned(claims) : unsigned(claims, { kid: 'right' }))
        }),
      )
      expect(found.filter((one) => one !== undefined)).toEqual([])
    }
    expect(inUse() - before).toBeLessThan(4 * megabyte)
    expect(server.calls).toHaveLength(2)
    now = Date.now()
    expect(keyOf(await of(jwtOf('ada')))).toBe('iap$ada')
  })

  test('while the keys cannot be fetched, 2,000 headers ask for them once', async () => {
    server.failsWith = 503
    const found = await Promise.all(Array.from({ length: 2_000 }, () => of(unsigned(saysOf('eve'), { kid: 'right' }))))
    expect(found.every((one) => one !== undefined && 'doubt' in one)).toBe(true)
    expect(server.calls).toHaveLength(1)
  })
})

test('six hundred users whose headers inflate to a hundred times their length take less than 32 MB', async () => {
  await of(jwtOf('ada'))
  const before = inUse()
  for (let index = 0; index < 600; index++) {
    // The headers are of this moment.
    now = Date.now()
    const found = await of(signedBy(rightKey, saysOf(`user-${String(index)}`, { groups: Array.from({ length: 2_500 }, () => ({})) })))
    expect(keyOf(found)).toBe(`iap$user-${String(index)}`)
  }
  expect(inUse() - before).toBeLessThan(32 * megabyte)
  now = Date.now()
  expect(keyOf(await of(jwtOf('ada')))).toBe('iap$ada')
})

describe('A request makes no promise on its way', () => {
  let promises = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises++
    },
  })
  beforeAll(() => {
    hook.enable()
  })
  afterAll(() => {
    hook.disable()
  })

  /** Promises between the middleware before the router and the handler behind it. */
  async function promisesOf(providers: Record<string, object>, headers: Record<string, string>, times: number): Promise<number[]> {
    let app: ReturnType<(typeof hosts)['Connect']> = () => undefined
    const { url, close } = await listen((req, res) => {
      app(req, res)
    })
    const router = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: providers as never })
    app = hosts.Connect({
      before: [
        ((_req: unknown, _res: unknown, next: () => void) => {
          promises = 0
          next()
        }) as never,
      ],
      router,
      handlers: {
        '/': (req, res) => {
          const made = promises
          sendJson(res, { made, user: req.authUser?.key })
        },
      },
    })
    const made: number[] = []
    for (let count = 0; count < times; count++)
      made.push(((await (await fetch(url, { headers })).json()) as { made: number; user?: string }).made)
    await router.close()
    await close()
    return made
  }
  const oauth2 = {
    protocol: 'oauth2',
    authorizationEndpoint: 'https://id.example/authorize',
    tokenEndpoint: 'https://id.example/token',
    clientId: 'x',
    clientSecret: 'y',
    profile: { id: 'id' },
  }

  test('without an entry of a proxy, whatever headers it brings', async () => {
    expect(await promisesOf({ own: oauth2 }, through('ada'), 2)).toEqual([0, 0])
  })

  test('without the header of a proxy', async () => {
    expect(await promisesOf({ own: oauth2, iap: proxyEntry(server) }, { accept: 'text/html' }, 2)).toEqual([0, 0])
  })

  test('with one that has been verified', async () => {
    const [first = 0, ...others] = await promisesOf({ own: oauth2, iap: proxyEntry(server) }, through('ada'), 3)
    expect(first).toBeGreaterThan(0)
    expect(others).toEqual([0, 0])
  })
})
