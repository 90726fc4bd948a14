import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { createBrowser, type Browser } from '../support/browser.js'
import { startRelyingParty, type RelyingParty } from '../support/relyingParty.js'
import { startFakeOpenid, type FakeOpenid } from '../support/unitOpenid.js'

/** Sections D and E of the security rules: answers that a running application must not take for its own (cases 49 to 67, 282). */

let honest: FakeOpenid
let malicious: FakeOpenid
let party: RelyingParty
let browser: Browser
beforeAll(async () => {
  const [keys, others] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  ;[honest, malicious] = await Promise.all([startFakeOpenid(keys), startFakeOpenid(others)])
  for (const fake of [honest, malicious]) fake.metadata['authorization_response_iss_parameter_supported'] = true
  const entry = { protocol: 'oidc' as const, clientSecret: 'the-secret' }
  party = await startRelyingParty(
    honest,
    {},
    {
      providers: {
        corp: { ...entry, issuer: honest.issuer, clientId: 'the-client' },
        twin: { ...entry, issuer: honest.issuer, clientId: 'another-client' },
        evil: { ...entry, issuer: malicious.issuer, clientId: 'the-client' },
      },
    },
  )
})
afterAll(async () => {
  await party.close()
  await Promise.all([honest.close(), malicious.close()])
})
beforeEach(() => {
  browser = createBrowser()
  for (const { server } of [honest, malicious]) server.received.length = 0
})
afterEach(() => {
  delete honest.metadata['code_challenge_methods_supported']
})

async function start(slug = 'corp', query = ''): Promise<URLSearchParams> {
  const { headers } = await browser.go(`${party.url}/auth/${slug}?returnTo=/me${query}`, { follow: false })
  return new URL(headers.get('location') ?? 'http://nowhere.invalid').searchParams
}

async function comeBack(parameters: Record<string, string>, slug = 'corp'): Promise<{ status: number; error: unknown }> {
  const { status, data } = await browser.json<{ error?: string }>(
    `${party.url}/auth/${slug}/callback?${new URLSearchParams(parameters).toString()}`,
  )
  expect((await browser.json(`${party.url}/me`)).data).toBeNull()
  return { status, error: data.error }
}

const tokenCalls = (): number => honest.calls('/token') + malicious.calls('/token')
const stateOf = (asked: URLSearchParams): string => asked.get('state') ?? ''

describe('What is asked for', () => {
  test('case 49: the state says nothing about the visitor', async () => {
    const { state } = Object.fromEntries(await start('corp', '&login_hint=ada@example.com'))
    expect(state).toMatch(/^[\w-]{43}$/)
    expect(Buffer.from(state ?? '', 'base64url').toString('latin1')).not.toMatch(/me|ada|corp/)
  })

  test.each([[undefined], [['plain']], [[]]])('case 52: PKCE by S256, though the provider lists %j', async (listed) => {
    honest.metadata['code_challenge_methods_supported'] = listed
    const fresh = await startRelyingParty(honest)
    const { headers } = await browser.go(`${fresh.url}/auth/corp`, { follow: false })
    const asked = new URL(headers.get('location') ?? '').searchParams
    expect([asked.get('code_challenge_method'), asked.get('code_challenge')]).toEqual(['S256', expect.stringMatching(/^[\w-]{43}$/)])
    await fresh.close()
  })

  test('case 282: nothing of it comes from the query of the start', async () => {
    const names = [
      'redirect_uri',
      'state',
      'client_id',
      'response_type',
      'response_mode',
      'nonce',
      'code_challenge',
      'request',
      'claims',
      'resource',
    ]
    const asked = await start('corp', `&${names.map((name) => `${name}=https%3A%2F%2Fevil.example%2F`).join('&')}`)
    expect([...asked.values()].join(' ')).not.toContain('evil')
    expect(await browser.json(`${party.url}/auth/corp?scope=openid+admin`)).toMatchObject({ status: 400, data: { error: 'bad_request' } })
  })
})

describe('An answer', () => {
  test.each<[string, unknown]>([
    ['missing', undefined],
    ['another', 'another'],
    ['a list', ['x']],
    ['a list of the right one', 'list'],
    ['the right one in other letters', 'upper'],
  ])('case 54: with an ID Token whose nonce is %s signs nobody in, and reads no userinfo', async (_what, nonce) => {
    const outcome = await party.login({
      before: ({ claims }) => {
        const right = String(claims['nonce'])
        claims['nonce'] = nonce === 'list' ? [right] : nonce === 'upper' ? right.toUpperCase() : nonce
        if (nonce === undefined) delete claims['nonce']
      },
    })
    expect(outcome).toMatchObject({ signedIn: false, told: 'nonce_mismatch', userinfoCalls: 0 })
  })

  test('case 56: with both a code and an error is an error', async () => {
    const state = stateOf(await start())
    expect(await comeBack({ code: 'c', error: 'server_error', state, iss: honest.issuer })).toEqual({
      status: 400,
      error: 'provider_error',
    })
    expect(tokenCalls()).toBe(0)
  })

  test('case 57: that says no ends its login, and one for nobody leaves the others alone', async () => {
    const state = stateOf(await start())
    expect(await comeBack({ error: 'access_denied', state: 'unknown', iss: honest.issuer })).toEqual({
      status: 400,
      error: 'state_unknown',
    })
    expect(await comeBack({ error: 'access_denied', state, iss: honest.issuer })).toEqual({ status: 403, error: 'access_denied' })
    expect(await comeBack({ code: 'c', state, iss: honest.issuer })).toMatchObject({ status: 400 })
    expect(tokenCalls()).toBe(0)
  })

  test.each([
    ...['interaction_required', 'login_required', 'temporarily_unavailable', '<script>'].map((error) => [error, error]),
    ['4 KB of text', 'x'.repeat(4096)],
  ])('case 58: with the error %s is refused, and what it says is shown as a code or not at all', async (_what, error) => {
    const state = stateOf(await start())
    const page = await browser.go(
      `${party.url}/auth/corp/callback?${new URLSearchParams({ error, error_description: '<b>hostile</b>', error_uri: 'https://evil.example/', state, iss: honest.issuer }).toString()}`,
    )
    expect(page.status).toBe(400)
    expect(page.body).not.toMatch(/<script>|<b>hostile|evil\.example|x{65}/)
  })

  test.each<[string, string, number]>([
    ['endless', 'x'.repeat(5000), 400],
    ['empty', '', 400],
  ])('case 59: with a code that is %s is refused', async (_what, code, status) => {
    const state = stateOf(await start())
    expect(await comeBack({ code, state, iss: honest.issuer })).toEqual({ status, error: 'bad_request' })
    expect(tokenCalls()).toBe(0)
  })

  test.each(['a b&c=d', 'line\r\nbreak: x', 'nul\0', 'é✓\u{1f600}'])('case 59: with the code %j gives it on as it came', async (code) => {
    const outcome = await party.login({ answer: (given) => ({ ...given, code }) })
    expect(outcome).toMatchObject({ signedIn: true, tokenCalls: 1 })
    const request = honest.server.received.findLast(({ url }) => url === '/token')
    expect(new URLSearchParams(request?.body).getAll('code')).toEqual([code])
  })
})

describe('A mix-up', () => {
  test("case 62: of a login at a malicious provider that leads to the honest one's code is refused, and neither gets a token call", async () => {
    // The malicious provider sends the browser on to the honest one, with the honest client's id and the state of its own login.
    const state = stateOf(await start('evil'))
    expect(await comeBack({ code: 'honest', state, iss: honest.issuer }, 'evil')).toEqual({ status: 400, error: 'issuer_mismatch' })
    expect(tokenCalls()).toBe(0)
  })

  test('case 62: without a word on the issuer is refused where the provider says that it always gives one', async () => {
    const state = stateOf(await start('evil'))
    expect(await comeBack({ code: 'honest', state }, 'evil')).toEqual({ status: 400, error: 'issuer_missing' })
    expect(tokenCalls()).toBe(0)
  })

  test('case 63: whose answer comes to the other address is refused', async () => {
    const state = stateOf(await start('evil'))
    expect(await comeBack({ code: 'honest', state, iss: honest.issuer }, 'corp')).toEqual({ status: 400, error: 'provider_mismatch' })
    expect(tokenCalls()).toBe(0)
  })

  test('case 67: of two clients of one issuer is told by their addresses', async () => {
    const [one, two] = [await start('corp'), await start('twin')]
    expect([one.get('redirect_uri'), two.get('redirect_uri')]).toEqual([
      `${party.url}/auth/corp/callback`,
      `${party.url}/auth/twin/callback`,
    ])
    expect(await comeBack({ code: 'c', state: stateOf(one), iss: honest.issuer }, 'twin')).toEqual({
      status: 400,
      error: 'provider_mismatch',
    })
    expect(tokenCalls()).toBe(0)
  })

  test("case 68: a document that names another provider's keys cannot speak for it", async () => {
    const document = { ...malicious.metadata }
    malicious.metadata['jwks_uri'] = honest.metadata['jwks_uri']
    malicious.metadata['issuer'] = honest.issuer
    const fresh = await startRelyingParty(malicious)
    expect(await browser.json(`${fresh.url}/auth/corp`)).toMatchObject({ data: { error: 'discovery_failed' } })
    malicious.metadata = document
    await fresh.close()
  })
})

describe('Case 284: what was granted', () => {
  const scopeOf = async (scope: unknown): Promise<unknown> => {
    let granted: unknown
    const fresh = await startRelyingParty(
      honest,
      {},
      {
        hooks: {
          onLogin: ({ credentials }) => {
            granted = credentials.scope
          },
        },
      },
    )
    honest.answer['scope'] = scope
    expect(await fresh.login()).toMatchObject({ signedIn: true })
    delete honest.answer['scope']
    await fresh.close()
    return granted
  }

  test.each([
    ['less than was asked for', 'openid', 'openid'],
    ['more than was asked for', 'openid profile email admin', 'openid profile email admin'],
    ['nothing', '', ''],
    ['not said, and so what was asked for (RFC 6749 section 5.1)', undefined, 'openid profile email'],
  ])('is kept as it was granted: %s', async (_what, scope, kept) => {
    expect(await scopeOf(scope)).toBe(kept)
  })
})
