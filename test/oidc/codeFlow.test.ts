import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import type { ProviderEntry } from '../../middleware/index.js'
import { accessToken, clientId, halfHash, keyPair, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { accepted, clientSecret, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/** The ID Token of the code flow, by the names of the OpenID Foundation's tests of relying parties: Basic plan, signatures and hashes. */

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

async function withEntry(entry: ProviderEntry): Promise<void> {
  await rp.close()
  rp = await startRelyingParty(op, entry)
}

const claim =
  (change: JWTPayload | ((right: JWTPayload) => JWTPayload)) =>
  (right: JWTPayload): JWTPayload =>
    typeof change === 'function' ? change(right) : { ...right, ...change }

const without =
  (name: string) =>
  (right: JWTPayload): JWTPayload =>
    Object.fromEntries(Object.entries(right).filter(([other]) => other !== name))

describe('Basic plan', () => {
  it('oidcc-client-test', async () => {
    expect(await rp.signIn()).toMatchObject({ ...accepted, user: { key: 'corp$ada', name: 'Ada Example' } })
    expect([op.calls('/token'), op.calls('/userinfo'), op.calls('/keys')]).toEqual([1, 1, 1])
  })

  it.each([
    ['oidcc-client-test-invalid-iss', claim({ iss: 'https://other.example' })],
    ['oidcc-client-test-missing-iss', without('iss')],
    ['oidcc-client-test-missing-sub', without('sub')],
    ['oidcc-client-test-invalid-aud', claim({ aud: 'other' })],
    ['oidcc-client-test-missing-aud', without('aud')],
    ['oidcc-client-test-missing-iat', without('iat')],
    ['oidcc-client-test-missing-exp', without('exp')],
    ['oidcc-client-test-invalid-secondary-aud', claim({ aud: [clientId, 'untrusted'] })],
    ['oidcc-client-test-invalid-azp', claim({ azp: 'other' })],
    ['oidcc-client-test-logout-token', claim({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })],
  ])('%s', async (_name, claims) => {
    op.claims = claims
    expect(await rp.signIn()).toMatchObject(refused())
    expect(op.calls('/userinfo')).toBe(0)
  })

  it('oidcc-client-test-nonce-invalid', async () => {
    op.claims = claim((right) => ({ ...right, nonce: `${String(right['nonce'])}x` }))
    expect(await rp.signIn()).toMatchObject({ status: 400, error: 'nonce_mismatch' })
    expect(op.calls('/userinfo')).toBe(0)
  })

  it('oidcc-client-test-valid-aud-as-array', async () => {
    op.claims = claim({ aud: [clientId] })
    expect(await rp.signIn()).toMatchObject(accepted)
    op.claims = claim({ aud: [clientId, 'another-of-ours'], azp: clientId })
    expect(await rp.signIn()).toMatchObject(accepted)
  })

  it('oidcc-client-test-kid-absent-single-jwks', async () => {
    op.keys = [{ ...(await publicJwk('RS256')), kid: undefined }]
    op.sign = signedBy('RS256', 'right', { kid: undefined })
    expect(await rp.signIn()).toMatchObject(accepted)
  })

  it('oidcc-client-test-kid-absent-multiple-jwks', async () => {
    op.sign = signedBy('RS256', 'right', { kid: undefined })
    // Those of another algorithm, or for another use, are no choice.
    op.keys = [await publicJwk('RS256'), await publicJwk('ES256'), { ...(await publicJwk('RS256', 'other')), use: 'enc' }]
    expect(await rp.signIn()).toMatchObject(accepted)
    await withEntry({})
    op.keys = [await publicJwk('RS256'), await publicJwk('RS256', 'other')]
    expect(await rp.signIn()).toMatchObject(refused('no usable key'))
  })

  it('oidcc-client-test-idtoken-sig-rs256', async () => {
    expect(await rp.signIn()).toMatchObject(accepted)
  })

  it('oidcc-client-test-idtoken-sig-none', async () => {
    op.metadata['id_token_signing_alg_values_supported'] = ['RS256', 'none']
    op.sign = (claims) => new UnsecuredJWT(claims).encode()
    expect(await rp.signIn()).toMatchObject(refused())
  })

  it('oidcc-client-test-client-secret-basic', async () => {
    await rp.signIn()
    const [scheme, credentials = ''] = op.received.find(({ url }) => url === '/token')?.headers.authorization?.split(' ') ?? []
    expect(scheme).toBe('Basic')
    expect(new URLSearchParams(`x=${Buffer.from(credentials, 'base64').toString().split(':')[1] ?? ''}`).get('x')).toBe(clientSecret)
  })

  it('oidcc-client-test-scope-userinfo-claims: claims of the ID Token count where there is no userinfo', async () => {
    delete op.metadata['userinfo_endpoint']
    op.claims = claim({ name: 'Ada of the token', email: 'ada@example.com', email_verified: true })
    expect((await rp.signIn()).user).toMatchObject({ name: 'Ada of the token', email: 'ada@example.com', emailVerified: true })
  })
})

describe('Signatures', () => {
  const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

  describe.each(algorithms)('of %s', (algorithm) => {
    const hash = algorithm.startsWith('Ed') ? 'sha512' : `sha${algorithm.slice(-3)}`
    beforeEach(async () => {
      op.metadata['id_token_signing_alg_values_supported'] = algorithms
      op.keys = [await publicJwk(algorithm)]
      op.claims = claim({ at_hash: halfHash(accessToken, hash) })
    })

    it(`oidcc-client-test-idtoken-sig-${algorithm.toLowerCase()}`, async () => {
      op.sign = signedBy(algorithm)
      expect(await rp.signIn()).toMatchObject(accepted)
    })

    it(`oidcc-client-test-invalid-sig-${algorithm.toLowerCase()}`, async () => {
      op.sign = signedBy(algorithm, 'wrong', { kid: 'right' })
      expect(await rp.signIn()).toMatchObject(refused('signature'))
      op.sign = async (claims) => {
        const [header, payload, signature = ''] = (await signedBy(algorithm)(claims)).split('.')
        const bytes = Buffer.from(signature, 'base64url')
        bytes.writeUInt8(bytes.readUInt8(0) ^ 0x5a, 0)
        return [header, payload, bytes.toString('base64url')].join('.')
      }
      expect(await rp.signIn()).toMatchObject(refused('signature'))
      expect(op.calls('/userinfo')).toBe(0)
    })
  })

  describe.each(['HS256', 'HS384', 'HS512'])('of %s', (algorithm) => {
    const signed =
      (secret: string | Uint8Array) =>
      (claims: JWTPayload): Promise<string> =>
        new SignJWT({ ...claims, at_hash: halfHash(accessToken, `sha${algorithm.slice(2)}`) })
          .setProtectedHeader({ alg: algorithm })
          .sign(typeof secret === 'string' ? Buffer.from(secret) : secret)

    it(`oidcc-client-test-idtoken-sig-${algorithm.toLowerCase()}, where the entry lists it`, async () => {
      await withEntry({ idTokenAlgs: [algorithm] })
      op.sign = signed(clientSecret)
      expect(await rp.signIn()).toMatchObject(accepted)
      // Nothing but the secret is needed.
      expect(op.calls('/keys')).toBe(0)
    })

    it(`oidcc-client-test-idtoken-sig-${algorithm.toLowerCase()} is refused where the provider alone lists it`, async () => {
      op.metadata['id_token_signing_alg_values_supported'] = ['RS256', algorithm]
      op.sign = signed(clientSecret)
      expect(await rp.signIn()).toMatchObject(refused())
      await withEntry({ idTokenAlgs: ['RS256', algorithm === 'HS256' ? 'HS384' : 'HS256'] })
      expect(await rp.signIn()).toMatchObject(refused())
    })

    it(`oidcc-client-test-invalid-sig-${algorithm.toLowerCase()}`, async () => {
      await withEntry({ idTokenAlgs: ['RS256', algorithm] })
      const { publicKey } = await keyPair('RS256')
      const { exportSPKI } = await import('jose')
      const pem = await exportSPKI(publicKey)
      const secrets = ['', `${clientSecret}x`, clientSecret.slice(0, -1), pem, pem.trim(), JSON.stringify(await publicJwk('RS256'))]
      for (const secret of secrets.filter((text) => text !== '')) {
        op.sign = signed(secret)
        expect(await rp.signIn()).toMatchObject(refused('signature'))
      }
      op.sign = signed(Buffer.from(String((await publicJwk('RS256'))['n']), 'base64url'))
      expect(await rp.signIn()).toMatchObject(refused('signature'))
    })
  })

  it('of a secret are refused where a provider publishes a secret as a key', async () => {
    await withEntry({ idTokenAlgs: ['RS256', 'HS256'] })
    const published = Buffer.from('a secret that anybody can read in the set of keys')
    op.keys = [await publicJwk('RS256'), { kty: 'oct', kid: 'shared', k: published.toString('base64url') }]
    op.sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'shared' }).sign(published)
    expect(await rp.signIn()).toMatchObject(refused('signature'))
  })
})

describe('Hashes', () => {
  it('oidcc-client-test-invalid-athash', async () => {
    op.claims = claim({ at_hash: halfHash('another token') })
    expect(await rp.signIn()).toMatchObject(refused('at_hash'))
    op.claims = claim({ at_hash: '' })
    expect(await rp.signIn()).toMatchObject(refused('at_hash'))
  })

  it('oidcc-client-test-missing-athash, which the code flow allows', async () => {
    op.claims = without('at_hash')
    expect(await rp.signIn()).toMatchObject(accepted)
  })

  it('oidcc-client-test-nonce-unless-code-flow', async () => {
    await withEntry({ nonce: false })
    expect(await rp.signIn()).toMatchObject(accepted)
    op.claims = claim({ nonce: 'of nobody' })
    expect(await rp.signIn()).toMatchObject({ status: 400, error: 'nonce_mismatch' })
  })
})

describe('How and when the user authenticated', () => {
  const now = Math.floor(Date.now() / 1000)

  it.each<[string, JWTPayload, string | undefined]>([
    ['a moment ago', { auth_time: now - 5 }, undefined],
    ['too long ago', { auth_time: now - 120 }, 'timestamp auth_time'],
    ['at no time', {}, expect.anything() as never],
    ['as text', { auth_time: String(now) }, expect.anything() as never],
  ])('with maxAge, %s', async (_what, change, reason) => {
    await withEntry({ maxAge: 60 })
    op.claims = claim(change)
    expect(await rp.signIn()).toMatchObject(reason === undefined ? accepted : refused(reason))
  })

  const demand = (acr: object): ProviderEntry => ({ authorizationParams: { claims: JSON.stringify({ id_token: { acr } }) } })

  it.each<[string, ProviderEntry, JWTPayload, boolean]>([
    ['in a way that is one of those', demand({ essential: true, values: ['gold', 'silver'] }), { acr: 'silver' }, true],
    ['in the one way', demand({ essential: true, value: 'gold' }), { acr: 'gold' }, true],
    ['in any way', demand({ essential: true }), { acr: 'iron' }, true],
    ['in no way that is told, of any', demand({ essential: true }), {}, false],
    ['in another way', demand({ essential: true, values: ['gold', 'silver'] }), { acr: 'iron' }, false],
    ['in another than the one', demand({ essential: true, value: 'gold' }), { acr: 'Gold' }, false],
    ['in no way that is told', demand({ essential: true, values: ['gold'] }), {}, false],
    ['in a list of ways', demand({ essential: true, values: ['gold'] }), { acr: ['gold'] as never }, false],
    ['in another way than is wished for', demand({ values: ['gold'] }), { acr: 'iron' }, true],
    ['in another way than acrValues wish for', { acrValues: ['gold'] }, { acr: 'iron' }, true],
  ])('where acr is demanded, %s', async (_what, entry, change, isAccepted) => {
    await withEntry(entry)
    op.claims = claim(change)
    expect(await rp.signIn()).toMatchObject(isAccepted ? accepted : refused('acr'))
  })
})
