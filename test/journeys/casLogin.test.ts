import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AuthRouterOptions, ProviderEntry } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { casEntry, startOwnSite } from '../support/cas/application.js'
import { startCasServer, type CasServer } from '../support/cas/server.js'
import type { AppParts } from '../support/hosts.js'
import { testSecret } from '../support/application.js'
import type { Site } from '../support/site.js'
import { sendJson } from '../support/unitServer.js'

/** Sign-in at a CAS server by the protocol of the guide, which only says what is particular to CAS. */

const ada = { user: 'ada', attributes: { displayName: ['Ada Example'], mail: 'ada@school.example', memberOf: ['staff', 'maths'] } }
const bob = { user: 'bob' }

let server: CasServer
let site: Site
let browser: Browser

beforeEach(async () => {
  server = await startCasServer()
  server.typesPassword = ada
  browser = createBrowser()
})
afterEach(async () => {
  await site.close()
  await server.close()
})

async function start(options: Partial<AuthRouterOptions> = {}, entry: ProviderEntry = {}, parts: Partial<AppParts> = {}): Promise<void> {
  site = await startOwnSite({ ...options, providers: { school: casEntry(server, entry) } }, parts)
}

async function userOf(visitor = browser): Promise<{ id: string; key: string } | null> {
  return (await visitor.json<{ id: string; key: string } | null>(`${site.url}/me`)).data
}

/** The way back from the server, with its ticket, before it is taken. */
async function wayBack(path = '/auth/school', at = browser): Promise<string> {
  const page = await at.go(`${site.url}${path}`, { follow: (location) => location.startsWith(server.origin) })
  return page.headers.get('location') ?? ''
}

describe('A CAS server', () => {
  const modes: Record<string, () => [Partial<AuthRouterOptions>, Partial<AppParts>]> = {
    'a sealed cookie': () => [{}, {}],
    'a token store': () => [{ tokenStore: memoryTokenStore() }, {}],
    'express-session': () => [
      {},
      { before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never] },
    ],
    'express-session, logins under way in it as well': () => [
      { transactions: 'session' },
      { before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never] },
    ],
  }

  test.each(Object.keys(modes))('signs a user in and out, in %s', async (mode) => {
    const [options, parts] = modes[mode]?.() ?? [{}, {}]
    await start(options, {}, parts)
    const page = await browser.go(`${site.url}/auth/school?returnTo=/me`)
    expect(page.url).toBe(`${site.url}/me`)
    expect(JSON.parse(page.body)).toMatchObject({
      provider: 'school',
      id: 'ada',
      key: 'school$ada',
      username: 'ada',
      name: 'Ada Example',
      email: 'ada@school.example',
      emailVerified: false,
      raw: { user: 'ada', attributes: { memberOf: ['staff', 'maths'] } },
    })
    expect(server.validated).toEqual(['success'])
    await browser.json(`${site.url}/auth/logout`, { method: 'POST', headers: { origin: site.url } })
    expect(await userOf()).toBeNull()
  })

  test('is sent the address that the user comes back to, with a state of its own each time', async () => {
    await start()
    const [first, second] = [await wayBack(), await wayBack()].map((location) => new URL(location))
    for (const url of [first, second]) {
      expect(url?.origin).toBe(site.url)
      expect(url?.pathname).toBe('/auth/school/callback')
      expect(url?.searchParams.get('state')).toMatch(/^[\w-]{43}$/)
    }
    expect(first?.searchParams.get('state')).not.toBe(second?.searchParams.get('state'))
  })

  test('is signed out too where the application asks for it, and sends the browser back', async () => {
    await start()
    await browser.go(`${site.url}/auth/school`)
    const { data } = await browser.json<{ location: string }>(`${site.url}/auth/logout?provider=1&returnTo=/me`, {
      method: 'POST',
      headers: { origin: site.url },
    })
    expect(data.location).toContain(`${server.origin}/cas/logout?service=`)
    expect((await browser.go(data.location)).url).toBe(`${site.url}/me`)
    expect(server.signedIn).toBeUndefined()
  })

  test('is named by its protocol wherever providers are listed', async () => {
    await start()
    expect((await browser.json<{ providers: unknown[] }>(`${site.url}/auth`)).data.providers).toEqual([
      { slug: 'school', title: 'School', protocol: 'cas', url: '/auth/school' },
    ])
    expect(site.router.providers).toEqual([{ slug: 'school', title: 'School', protocol: 'cas' }])
  })

  test('says that nobody is signed in there to a login that may not ask', async () => {
    await start()
    const page = await browser.go(`${site.url}/auth/school?prompt=none&returnTo=/me`)
    expect([page.url, await userOf()]).toEqual([`${site.url}/me`, null])
    server.signedIn = ada
    await browser.go(`${site.url}/auth/school?prompt=none&returnTo=/me`)
    expect((await userOf())?.id).toBe('ada')
  })

  test('asks for the password again where the login is to be fresh', async () => {
    await start({}, { maxAge: 0 })
    server.signedIn = bob
    await browser.go(`${site.url}/auth/school`)
    expect(await userOf()).toMatchObject({ id: 'ada', authTime: expect.any(String) })
    expect(server.received.filter(({ url }) => url.includes('serviceValidate')).every(({ url }) => url.includes('renew=true'))).toBe(true)
  })
})

describe('A ticket', () => {
  async function refused(location: string, visitor = browser): Promise<string> {
    const { data } = await visitor.json<{ error: string }>(location)
    expect(await userOf(visitor)).toBeNull()
    return data.error
  }

  test('is used once: the browser that used it goes on, another one is told', async () => {
    await start()
    const location = await wayBack('/auth/school?returnTo=/me')
    await browser.go(location)
    expect((await browser.go(location)).url).toBe(`${site.url}/me`)
    expect(await refused(location, createBrowser())).toBe('state_used')
    expect(server.validated).toEqual(['success'])
  })

  test('is refused in a browser that did not begin the login, and the server hears nothing of it', async () => {
    await start()
    const location = await wayBack()
    expect(await refused(location, createBrowser())).toBe('state_unknown')
    expect(server.validated).toEqual([])
  })

  test('of another login under way is refused, and so is one without a login', async () => {
    await start()
    server.typesPassword = bob
    const stranger = createBrowser()
    const theirs = new URL(await wayBack('/auth/school', stranger))
    server.signedIn = undefined
    server.typesPassword = ada
    const ours = new URL(await wayBack())
    expect(await refused(theirs.href)).toBe('state_mismatch')
    const swapped = new URL(ours)
    swapped.searchParams.set('ticket', theirs.searchParams.get('ticket') ?? '')
    // The server issued it for another address, which the state is part of.
    expect(await refused(swapped.href)).toBe('provider_error')
    expect(server.validated).toEqual(['INVALID_SERVICE'])
    swapped.searchParams.delete('state')
    expect(await refused(swapped.href)).toBe('state_missing')
  })

  test.each([
    ['too late', { ahead: 11_000 }, 'provider_error', 'INVALID_TICKET'],
    ['in time', { ahead: 9_000 }, undefined, 'success'],
  ])('that is brought %s', async (_name, { ahead }, error, code) => {
    await start()
    const location = await wayBack()
    server.ahead = ahead
    if (error === undefined) await browser.go(location)
    else expect(await refused(location)).toBe(error)
    expect(server.validated).toEqual([code])
  })

  test.each(['', 'ST-', 'PT-1-abc', 'ST-1&x=', 'ST-1/../x', `ST-${'a'.repeat(300)}`])('spelled %j goes no further', async (ticket) => {
    await start()
    const location = new URL(await wayBack())
    location.searchParams.set('ticket', ticket)
    expect(await refused(location.href)).toBe('bad_request')
    expect(server.validated).toEqual([])
  })

  const success = (part: unknown) => ({ serviceResponse: { authenticationSuccess: part } })
  test.each<[string, unknown, string]>([
    ['no JSON', '<cas:serviceResponse><cas:user>ada</cas:user></cas:serviceResponse>', 'provider_bad_response'],
    ['nothing', 'null', 'provider_bad_response'],
    ['an empty answer', {}, 'provider_bad_response'],
    ['neither success nor failure', { serviceResponse: {} }, 'provider_bad_response'],
    ['both', { serviceResponse: { authenticationSuccess: ada, authenticationFailure: { code: 'INVALID_TICKET' } } }, 'provider_error'],
    ['no user', success({}), 'provider_bad_response'],
    ['an empty user', success({ user: '' }), 'provider_bad_response'],
    ['a user that is a list', success({ user: ['ada'] }), 'provider_bad_response'],
    ['a user that is an object', success({ user: { toString: 'ada' } }), 'provider_bad_response'],
    ['a control character in the user', success({ user: 'ada\n' }), 'provider_bad_response'],
    ['attributes that are a text', success({ user: 'ada', attributes: 'x' }), 'fine'],
  ])('that the server answers with %s', async (_name, answer, code) => {
    await start()
    const location = await wayBack()
    server.answer = (res) => {
      if (typeof answer === 'string') res.end(answer)
      else sendJson(res, answer)
    }
    if (code === 'fine') {
      await browser.go(location)
      expect((await userOf())?.id).toBe('ada')
    } else expect(await refused(location)).toBe(code)
  })

  test('that the server answers with an error of its own', async () => {
    await start()
    const location = await wayBack()
    server.answer = (res) => {
      sendJson(res, success(ada), 500)
    }
    expect(await refused(location)).toBe('provider_bad_response')
  })
})
