import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals'
import { CompactEncrypt, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import type { ProviderEntry } from '../../middleware/index.js'
import { startServer, type SmallServer } from '../support/unitServer.js'
import { clientId, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { accepted, clientSecret, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/** The userinfo endpoint, by the names of the OpenID Foundation's tests of relying parties: JSON, signed, encrypted, and of several sources. */

let op: MockOp
let rp: RelyingParty
beforeEach(async () => {
  op = await startMockOp()
  rp = await startRelyingParty(op)
})
afterEach(async () => {
  await rp.close()
  await op.close()
})

async function restart(entry: ProviderEntry): Promise<void> {
  await rp.close()
  rp = await startRelyingParty(op, entry)
}

it('oidcc-client-test-userinfo-bearer-header', async () => {
  expect(await rp.signIn()).toMatchObject({ ...accepted, user: { id: 'ada', name: 'Ada Example' } })
  const { url, headers } = op.received.find((request) => request.url.startsWith('/userinfo')) ?? { url: '', headers: {} }
  expect([url, headers.authorization]).toEqual(['/userinfo', 'Bearer the-access-token'])
})

it('oidcc-client-test-scope-userinfo-claims', async () => {
  op.userinfo = () => ({
    sub: 'ada',
    name: 'Ada Example',
    given_name: 'Ada',
    email: 'ada@example.com',
    email_verified: true,
    address: { country: 'GB' },
    phone_number: '+44 20 7946 0000',
  })
  expect((await rp.signIn()).user).toMatchObject({
    name: 'Ada Example',
    givenName: 'Ada',
    email: 'ada@example.com',
    emailVerified: true,
    address: { country: 'GB' },
    phoneNumber: '+44 20 7946 0000',
  })
})

describe('oidcc-client-test-userinfo-invalid-sub', () => {
  it.each([[{ sub: 'eve' }], [{ sub: 'adainvalid' }], [{}], [{ sub: ['ada'] }], [{ sub: null }]])('%j', async (userinfo) => {
    op.userinfo = () => userinfo
    expect(await rp.signIn()).toMatchObject(refused('userinfo sub'))
  })
})

const claims = (more: JWTPayload = {}): JWTPayload => ({ iss: op.issuer, aud: clientId, sub: 'ada', name: 'Ada Signed', ...more })

describe('oidcc-client-test-userinfo-signed', () => {
  it.each<[string, JWTPayload]>([
    ['as the specification has it', {}],
    ['for several', { aud: [clientId, 'other'] }],
    ['without issuer and audience', { iss: undefined, aud: undefined } as never],
    ['with an end', { exp: 4_000_000_000 }],
  ])('is read %s', async (_what, more) => {
    const token = await signedBy('RS256')(claims(more))
    op.userinfo = () => token
    expect(await rp.signIn()).toMatchObject({ ...accepted, user: { name: 'Ada Signed' } })
  })

  it('is read where it is signed by another algorithm that the provider lists for it', async () => {
    op.metadata['userinfo_signing_alg_values_supported'] = ['ES256', 'HS256', 'none']
    op.keys = [await publicJwk('RS256'), await publicJwk('ES256')]
    const token = await signedBy('ES256')(claims())
    op.userinfo = () => token
    expect(await rp.signIn()).toMatchObject({ ...accepted, user: { name: 'Ada Signed' } })
  })

  it.each<[string, () => string | Promise<string>]>([
    ['signed by another', () => signedBy('RS256', 'wrong', { kid: 'right' })(claims())],
    ['of an algorithm that is not listed', () => signedBy('ES256')(claims())],
    ['signed with the client secret', () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(clientSecret))],
    ['that is not signed', () => new UnsecuredJWT(claims()).encode()],
    ['of another issuer', () => signedBy('RS256')(claims({ iss: 'https://other.example' }))],
    ['for another client', () => signedBy('RS256')(claims({ aud: 'other' }))],
    ['for nobody', () => signedBy('RS256')(claims({ aud: [] }))],
    ['that has ended', () => signedBy('RS256')(claims({ exp: 1 }))],
    ['that begins later', () => signedBy('RS256')(claims({ nbf: 4_000_000_000 }))],
    ['of another person', () => signedBy('RS256')(claims({ sub: 'eve' }))],
    ['of nobody', () => signedBy('RS256')(claims({ sub: undefined } as never))],
    ['that is an access token', () => signedBy('RS256', 'right', { typ: 'at+jwt' })(claims())],
    ['that is no token', () => 'x'],
    ['that is encrypted', () => encrypted('RSA-OAEP-256', JSON.stringify(claims()))],
  ])('is refused %s', async (_what, make) => {
    const token = await make()
    op.userinfo = () => token
    expect(await rp.signIn()).toMatchObject(refused())
  })

  it('is no page', async () => {
    op.userinfo = () => '<html>Ada</html>'
    op.userinfoType = 'text/html'
    expect(await rp.signIn()).toMatchObject({ status: 502, error: 'provider_bad_response' })
  })
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function encrypted(alg: string, content: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(content)).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(rsa.publicKey)
}

describe('Encrypted userinfo', () => {
  test('is opened, be it signed or not', async () => {
    await restart({ privateKey: pem, clientAuth: 'post' })
    for (const content of [JSON.stringify(claims()), await signedBy('RS256')(claims())]) {
      const token = await encrypted('RSA-OAEP-256', content)
      op.userinfo = () => token
      expect(await rp.signIn()).toMatchObject({ ...accepted, user: { name: 'Ada Signed' } })
    }
  })

  test.each<[string, () => string | Promise<string>]>([
    ['a statement that another has signed', () => signedBy('RS256', 'wrong', { kid: 'right' })(claims())],
    ['one that nobody has signed', () => new UnsecuredJWT(claims()).encode()],
    ['one of another person', () => JSON.stringify(claims({ sub: 'eve' }))],
    ['another encrypted one', async () => encrypted('RSA-OAEP-256', await signedBy('RS256')(claims()))],
    ['nothing', () => ''],
  ])('is refused that holds %s', async (_what, make) => {
    await restart({ privateKey: pem, clientAuth: 'post' })
    const token = await encrypted('RSA-OAEP-256', await make())
    op.userinfo = () => token
    expect(await rp.signIn()).toMatchObject(refused())
  })
})

describe('oidcc-client-test-aggregated-claims', () => {
  const aggregated = async (statement: string | Promise<string>, more: object = {}): Promise<void> => {
    const jwt = await statement
    op.userinfo = () => ({
      sub: 'ada',
      name: 'Ada Example',
      _claim_names: { address: 'src1', phone_number: 'src1', sub: 'src1', name: 'src1', email: 'src1', acr: 'src1' },
      _claim_sources: { src1: { JWT: jwt } },
      ...more,
    })
  }
  const statement = (more: JWTPayload = {}): JWTPayload => ({
    iss: op.issuer,
    sub: 'ada',
    name: 'Of the source',
    acr: 'gold',
    address: { country: 'GB' },
    phone_number: '+44 20 7946 0000',
    ...more,
  })

  it('are taken where the provider itself has signed them, and replace nothing', async () => {
    await aggregated(signedBy('RS256')(statement()))
    const { user } = await rp.signIn()
    expect(user).toMatchObject({ id: 'ada', name: 'Ada Example', address: { country: 'GB' }, phoneNumber: '+44 20 7946 0000' })
    // Of which login they speak is not theirs to say.
    expect(user?.['raw']).not.toHaveProperty('acr')
    expect(JSON.stringify(user)).not.toContain('eyJ')
  })

  it('vouch for an address only where they name it', async () => {
    await aggregated(signedBy('RS256')(statement({ email: 'ada@example.com', email_verified: true })))
    expect((await rp.signIn()).user).toMatchObject({ email: 'ada@example.com', emailVerified: true })
    await aggregated(signedBy('RS256')(statement({ email: 'ada@example.com' })), { email_verified: true })
    expect((await rp.signIn()).user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  it.each<[string, () => string | Promise<string>]>([
    ['of another issuer', () => signedBy('RS256')(statement({ iss: 'https://claims.example' }))],
    ['of no issuer', () => signedBy('RS256')(statement({ iss: undefined } as never))],
    ['signed by another', () => signedBy('RS256', 'wrong', { kid: 'right' })(statement())],
    ['that nobody signed', () => new UnsecuredJWT(statement()).encode()],
    ['of another person', () => signedBy('RS256')(statement({ sub: 'eve' }))],
    ['for another client', () => signedBy('RS256')(statement({ aud: 'other' }))],
    ['that are past', () => signedBy('RS256')(statement({ exp: 1 }))],
    ['that are no token', () => 'x'],
  ])('are left out %s, and the user is signed in', async (_what, make) => {
    await aggregated(make())
    const outcome = await rp.signIn()
    expect(outcome).toMatchObject({ ...accepted, user: { name: 'Ada Example' } })
    expect(outcome.user).not.toHaveProperty('address')
    expect(outcome.user).not.toHaveProperty('phoneNumber')
  })

  it('make no fetch of keys where they are of another issuer', async () => {
    await rp.signIn()
    const before = op.calls('/keys')
    await aggregated(signedBy('RS256', 'unknown')(statement({ iss: 'https://claims.example' })))
    await rp.signIn()
    expect(op.calls('/keys')).toBe(before)
  })
})

describe('oidcc-client-test-distributed-claims', () => {
  let sink: SmallServer
  beforeEach(async () => {
    sink = await startServer((_request, res) => {
      res.end('{}')
    })
  })
  afterEach(() => sink.close())

  it('are never fetched, and their tokens are not kept', async () => {
    op.userinfo = () => ({
      sub: 'ada',
      _claim_names: { address: 'src1', groups: 'src2' },
      _claim_sources: {
        src1: { endpoint: `${sink.origin}/claims`, access_token: 'a-token-of-another' },
        src2: { endpoint: 'http://169.254.169.254/latest' },
      },
    })
    const { user } = await rp.signIn()
    expect(user).toMatchObject({ id: 'ada', raw: { _claim_names: { groups: 'src2' } } })
    expect(user).not.toHaveProperty('address')
    expect(JSON.stringify(user)).not.toContain('a-token-of-another')
    expect(sink.received).toEqual([])
  })
})
