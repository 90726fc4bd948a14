import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { createBrowser, type Browser } from '../support/browser.js'
import { submitted } from '../support/formPost.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'

/** Answers that the provider signs as a whole (JARM), from the certified server. */

let provider: StrictProvider
beforeAll(async () => {
  provider = await startStrictProvider()
})
afterAll(async () => {
  await provider.close()
})

let app: StrictApplication
let browser: Browser
beforeEach(() => {
  browser = createBrowser()
  provider.requests.length = 0
})
afterEach(async () => {
  await app.close()
})

async function start(responseMode: 'query.jwt' | 'form_post.jwt'): Promise<void> {
  app = await startStrictApplication(provider, { entry: () => ({ responseMode }) })
}

/** The address that the provider sends the browser back to, before the browser goes there. */
async function callbackOf(): Promise<URL> {
  const { headers } = await browser.go(`${app.url}/auth/corp?returnTo=/me`, {
    follow: (target) => !target.startsWith(`${app.url}/auth/corp/callback`),
  })
  return new URL(headers.get('location') ?? '')
}

const isSignedIn = async (): Promise<boolean> => (await browser.json(`${app.url}/me`)).data !== null
const tokenCalls = (): number => provider.calls('/token').length

test('A login by query.jwt: the callback holds nothing but a JWT', async () => {
  await start('query.jwt')
  const callback = await callbackOf()
  expect([...callback.searchParams.keys()]).toEqual(['response'])
  expect(decodeJwt(callback.searchParams.get('response') ?? '')).toMatchObject({
    iss: provider.issuer,
    aud: app.client.clientId,
    code: expect.any(String) as unknown,
  })
  expect((await browser.go(callback.href)).url).toBe(`${app.url}/me`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
  // The same answer once more, in the browser that has finished it, goes where it went.
  expect((await browser.go(callback.href)).url).toBe(`${app.url}/me`)
  expect(tokenCalls()).toBe(1)
})

test('A login by form_post.jwt', async () => {
  await start('form_post.jwt')
  const provided = await browser.go(`${app.url}/auth/corp?returnTo=/me`)
  expect((await submitted(browser, provided)).url).toBe(`${app.url}/me`)
  expect(await isSignedIn()).toBe(true)
})

test('An error is read from the JWT', async () => {
  await start('query.jwt')
  // Nobody is signed in at the provider, and it may not ask.
  const page = await browser.json(`${app.url}/auth/corp?prompt=none`)
  const { headers } = await browser.go((page.data as { location: string }).location, { follow: false })
  const callback = new URL(headers.get('location') ?? '')
  expect([...callback.searchParams.keys()]).toEqual(['response'])
  expect((await browser.json(callback.href)).data).toMatchObject({ error: 'login_required' })
  expect(tokenCalls()).toBe(0)
})

describe('An answer is refused, and its code is not redeemed, that is', () => {
  let callback: URL
  let jwt: string
  beforeEach(async () => {
    await start('query.jwt')
    callback = await callbackOf()
    jwt = callback.searchParams.get('response') ?? ''
  })

  async function answered(parameters: Record<string, string>): Promise<{ status: number; data: unknown }> {
    callback.search = new URLSearchParams(parameters).toString()
    const { status, data } = await browser.json(callback.href)
    expect(tokenCalls()).toBe(0)
    expect(await isSignedIn()).toBe(false)
    return { status, data }
  }

  const forged = async (change: Record<string, unknown>, header: object = {}): Promise<string> => {
    const { privateKey } = await generateKeyPair('RS256')
    return new SignJWT({ ...decodeJwt(jwt), ...change }).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey)
  }

  test('not signed as a whole', async () => {
    const { state, code, iss } = decodeJwt<{ state: string; code: string }>(jwt)
    expect(await answered({ state, code, iss: iss ?? '' })).toMatchObject({ status: 400, data: { error: 'state_missing' } })
  })

  test('signed by another key', async () => {
    expect(await answered({ response: await forged({}) })).toMatchObject({ status: 400, data: { error: 'bad_request' } })
  })

  test('not signed at all', async () => {
    const [, payload = ''] = jwt.split('.')
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(await answered({ response: `${header}.${payload}.` })).toMatchObject({ status: 400, data: { error: 'bad_request' } })
  })

  test('changed in any part of its signature', async () => {
    const [header = '', payload = '', signature = ''] = jwt.split('.')
    const changed = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    expect(await answered({ response: `${header}.${payload}.${changed}` })).toMatchObject({ status: 400, data: { error: 'bad_request' } })
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['of another issuer', { iss: 'https://other.example' }, 'bad_request'],
    ['for another client', { aud: 'another' }, 'bad_request'],
    ['expired', { exp: 1 }, 'bad_request'],
    ['without an end', { exp: undefined }, 'bad_request'],
    ['without an issuer', { iss: undefined }, 'bad_request'],
    ['an error that somebody else wrote', { error: 'access_denied', code: undefined }, 'bad_request'],
    ['of another login', { state: 'another' }, 'state_mismatch'],
    ['of no login', { state: undefined }, 'state_missing'],
  ])('%s', async (_what, change, error) => {
    expect(await answered({ response: await forged(change) })).toMatchObject({ status: 400, data: { error } })
  })

  test.each(['', 'x', '.', 'a.b.c', `a.${Buffer.from('[1]').toString('base64url')}.c`, 'é'.repeat(500)])('no JWT: %p', async (response) => {
    expect(await answered({ response })).toMatchObject({ status: 400, data: { error: 'state_missing' } })
  })
})

test('A signed answer to another application of this provider is for that one', async () => {
  await start('query.jwt')
  const callback = await callbackOf()
  const other = await startStrictApplication(provider, { entry: () => ({ responseMode: 'query.jwt' }) })
  const { status, data } = await browser.json(`${other.url}/auth/corp/callback${callback.search}`)
  expect({ status, data }).toMatchObject({ status: 400, data: { error: 'state_unknown' } })
  await other.close()
})
