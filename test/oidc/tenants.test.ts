import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals'
import type { AuthRouterOptions, ProviderEntry } from '../../middleware/index.js'
import { authRouter } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { clientId, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { clientSecret, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/** Issuers that have a place for a tenant's id, and tenants of a lookup. */

const site = 'https://login.microsoftonline.com'
const [ours, another] = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000']

let op: MockOp
let rp: RelyingParty | undefined
let tenant: string
beforeEach(async () => {
  op = await startMockOp()
  tenant = ours
  op.metadata = {
    ...op.metadata,
    issuer: `${site}/{tenantid}/v2.0`,
    authorization_endpoint: `${site}/authorize`,
    token_endpoint: `${site}/token`,
    userinfo_endpoint: `${site}/userinfo`,
    jwks_uri: `${site}/keys`,
  }
  op.claims = (right) => ({ ...right, iss: `${site}/${tenant}/v2.0`, tid: tenant })
})
afterEach(async () => {
  await rp?.close()
  await op.close()
})

/** The site's name leads to this machine. */
function reached(): Partial<AuthRouterOptions> {
  const local: typeof fetch = (address, init) =>
    fetch(String(address).replace(`${site}/common/v2.0`, op.issuer).replace(site, op.issuer), init)
  return { http: { fetch: local } }
}

async function start(entry: ProviderEntry = {}): Promise<RelyingParty> {
  rp = await startRelyingParty(op, { issuer: `${site}/common/v2.0`, clientAuth: 'post', ...entry }, reached())
  return rp
}

describe('Where the issuer has a place for a tenant', () => {
  test('any tenant signs in, and the key names its issuer', async () => {
    const { signIn } = await start()
    expect((await signIn()).user).toMatchObject({ id: 'ada', key: `corp@login.microsoftonline.com/${ours}/v2.0$ada` })
    tenant = another
    expect((await signIn()).user).toMatchObject({ key: `corp@login.microsoftonline.com/${another}/v2.0$ada` })
  })

  test.each<[string, NonNullable<ProviderEntry['allow']>]>([
    ['a list', [ours]],
    ['an expression', /1{8}-[\d-]{27}/],
    ['an expression that is found in other names too', /[1-5-]+/],
  ])('those sign in that the entry allows by %s', async (_what, allow) => {
    const { signIn } = await start({ allow })
    expect((await signIn()).user).toMatchObject({ id: 'ada' })
    for (const other of [another, `${ours}9`, 'x', 'common']) {
      tenant = other
      expect(await signIn()).toMatchObject(refused('tenant'))
    }
  })

  test.each<[string, string, unknown]>([
    ['of another site', 'https://login.example/11111111-2222-3333-4444-555555555555/v2.0', ours],
    ['of another tenant than the one it names beside', `${site}/${another}/v2.0`, ours],
    ['of no tenant', `${site}/{tenantid}/v2.0`, undefined],
    ['of a tenant with a path', `${site}/${ours}/x/v2.0`, `${ours}/x`],
    ['of a list of tenants', `${site}/${ours}/v2.0`, [ours, another]],
  ])('an ID Token %s is refused', async (_what, iss, tid) => {
    const { signIn } = await start({ allow: [ours, another] })
    op.claims = (right) => ({ ...right, iss, tid })
    expect(await signIn()).toMatchObject(refused())
  })

  test('a refreshed ID Token is of the same tenant', async () => {
    const { signInAnd } = await start({ allow: [ours, another] })
    op.claims = (right) => {
      const iss = `${site}/${'nonce' in right ? ours : another}/v2.0`
      return { ...right, iss, tid: 'nonce' in right ? ours : another }
    }
    expect((await signInAnd('/refresh')).answer).toMatchObject({ error: 'idtoken_invalid', reason: 'iss changed' })
  })
})

describe('A list of tenants', () => {
  test('is refused at the login where the provider has one issuer for all', async () => {
    op.metadata['issuer'] = `${site}/${ours}/v2.0`
    const { signIn } = await start({ allow: [ours] })
    expect(await signIn()).toMatchObject({ status: 500, error: 'config_invalid' })
  })

  it.each<[string, ProviderEntry]>([
    ['by parameter, of which none is asked for', { allow: { tenant: [ours] } }],
    ['of another protocol', { protocol: 'oauth2', authorizationEndpoint: `${site}/a`, tokenEndpoint: `${site}/t`, allow: [ours] }],
  ])('is refused at start %s', (_what, entry) => {
    expect(() =>
      authRouter({
        secret: testSecret,
        baseUrl: 'http://localhost',
        logger: false,
        providers: { corp: { protocol: 'oidc', issuer: site, clientId, clientSecret, profile: { id: 'id' }, ...entry } },
      }),
    ).toThrow('providers.corp.allow is for an entry that asks')
  })
})

describe('A hundred tenants of a lookup', () => {
  const count = 100
  let ops: MockOp[]
  beforeEach(async () => {
    ops = await Promise.all(Array.from({ length: 2 }, () => startMockOp()))
  })
  afterEach(() => Promise.all(ops.map(({ close }) => close())))

  test('each have their own keys: a token of one is nothing at another, though all are of one issuer', async () => {
    const [one, other] = ops as [MockOp, MockOp]
    // One issuer, and the keys of each tenant at an address of its own.
    one.keys = [await publicJwk('RS256', 'right')]
    other.keys = [await publicJwk('RS256', 'wrong')].map((key) => ({ ...key, kid: 'right' }))
    const entries = Array.from({ length: count }, (_, index): ProviderEntry => {
      const jwksUri = `${(index % 2 ? other : one).issuer}/keys?tenant=${String(index)}`
      return { protocol: 'oidc', issuer: one.issuer, clientId, clientSecret, jwksUri }
    })
    let index = 0
    rp = await startRelyingParty(one, {}, { providers: () => entries[index] })
    const outcomes: Record<string, number> = {}
    for (const signer of ['right', 'wrong']) {
      one.sign = signedBy('RS256', signer, { kid: 'right' })
      for (index = 0; index < count; index++) {
        const { status, reason } = await rp.signIn()
        const outcome = `${signer} at ${index % 2 ? 'odd' : 'even'}: ${status === 200 ? 'accepted' : (reason ?? '')}`
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    }
    expect(outcomes).toEqual({
      'right at even: accepted': 50,
      'right at odd: signature': 50,
      'wrong at even: signature': 50,
      'wrong at odd: accepted': 50,
    })
    // Each tenant's document and keys were fetched once for both of its logins.
    expect([one.calls('/keys'), other.calls('/keys')]).toEqual([50, 50])
    expect(one.calls('/.well-known/openid-configuration')).toBe(count)
  }, 60_000)
})
