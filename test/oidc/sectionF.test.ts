import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import type { ProviderEntry } from '../../middleware/index.js'
import { startServer, type SmallServer } from '../support/unitServer.js'
import { accessToken, clientId, halfHash, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { accepted, clientSecret, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/**
 * What an ID Token can be tried with, case by case. All single changes are in mutants.ts, and what a refresh and userinfo bring in files of their
 * own; here is what needs a certain provider, entry or count of calls.
 */

let op: MockOp
let rp: RelyingParty
let sink: SmallServer
beforeEach(async () => {
  op = await startMockOp()
  rp = await startRelyingParty(op)
  sink = await startServer((_request, res) => {
    res.end('{}')
  })
})
afterEach(async () => {
  await Promise.all([rp.close(), op.close(), sink.close()])
})

async function withEntry(entry: ProviderEntry): Promise<void> {
  await rp.close()
  rp = await startRelyingParty(op, entry)
}

const right = signedBy('RS256')

async function isRefused(make: (claims: JWTPayload) => string | Promise<string>, reason?: unknown): Promise<void> {
  const userinfo = op.calls('/userinfo')
  op.sign = make
  expect(await rp.signIn()).toMatchObject(refused(reason))
  expect(op.calls('/userinfo')).toBe(userinfo)
  expect(sink.received).toEqual([])
}

it('71 none is no algorithm, though provider and entry may think so', async () => {
  op.metadata['id_token_signing_alg_values_supported'] = ['none', 'NoNe']
  for (const alg of ['none', 'NoNe', 'NONE', undefined]) {
    await isRefused((claims) => {
      const [, payload] = new UnsecuredJWT(claims).encode().split('.')
      return `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload ?? ''}.`
    })
  }
  await isRefused(right)
})

it('72 a public key is no secret, also where the entry lists HMAC', async () => {
  await withEntry({ idTokenAlgs: ['RS256', 'HS256'] })
  const secret = Buffer.from(JSON.stringify(await publicJwk('RS256')))
  await isRefused((claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'right' }).sign(secret), 'signature')
})

it('73 an algorithm that nobody has listed is refused, whatever signs it', async () => {
  op.keys = await Promise.all(['RS256', 'RS384', 'PS256', 'EdDSA'].map(async (alg) => ({ ...(await publicJwk(alg)), kid: alg })))
  op.claims = ({ at_hash: _hash, ...claims }) => claims
  for (const alg of ['RS384', 'PS256', 'EdDSA']) await isRefused(signedBy(alg, 'right', { kid: alg }), 'algorithm')
  op.sign = signedBy('RS256', 'right', { kid: 'RS256' })
  expect(await rp.signIn()).toMatchObject(accepted)
})

it('75 an unknown kid makes one fetch, and then it is refused', async () => {
  expect(await rp.signIn()).toMatchObject(accepted)
  await isRefused(signedBy('RS256', 'unknown'), 'no usable key')
  expect(op.calls('/keys')).toBe(2)
  for (let round = 0; round < 20; round++) await isRefused(signedBy('RS256', 'unknown'), 'no usable key')
  expect(op.calls('/keys')).toBe(2)
})

it('76 addresses and keys in a header are neither fetched nor used', async () => {
  const own = await publicJwk('RS256', 'wrong')
  const headers = [
    { jku: `${sink.origin}/keys` },
    { x5u: `${sink.origin}/cert` },
    { jwk: own },
    { x5c: ['MIIB'], 'x5t#S256': 'AAAA' },
    { kid: `${sink.origin}/keys` },
  ]
  for (const header of headers) {
    await isRefused(signedBy('RS256', 'wrong', header))
    await isRefused(signedBy('RS256', 'wrong', { kid: 'right', ...header }))
  }
  // They harm nobody where the signature is right.
  op.sign = signedBy('RS256', 'right', { jku: `${sink.origin}/keys`, jwk: own })
  expect(await rp.signIn()).toMatchObject(accepted)
  expect(sink.received).toEqual([])
})

it('79 and 80 further audiences are good only with the word that it is for us', async () => {
  for (const claims of [{ aud: [clientId, 'other'] }, { aud: [clientId, 'other'], azp: 'other' }, { aud: clientId, azp: 'other' }]) {
    await isRefused((good) => right({ ...good, ...claims }))
  }
  op.sign = (good) => right({ ...good, aud: [clientId, 'other'], azp: clientId })
  expect(await rp.signIn()).toMatchObject(accepted)
})

it('82 the clock may differ by what the entry says', async () => {
  const now = Math.floor(Date.now() / 1000)
  await withEntry({ clockTolerance: 60 })
  op.sign = (claims) => right({ ...claims, iat: now + 50 })
  expect(await rp.signIn()).toMatchObject(accepted)
  await isRefused((claims) => right({ ...claims, iat: now + 120 }), 'iat')
  await isRefused((claims) => right({ ...claims, iat: now - 7 * 86_400 }), 'iat')
})

it('84 a subject has 1 to 255 characters', async () => {
  for (const sub of ['', 'x'.repeat(256)]) await isRefused((claims) => right({ ...claims, sub }), 'sub')
  const longest = 'x'.repeat(255)
  op.userinfo = () => ({ sub: longest })
  op.sign = (claims) => right({ ...claims, sub: longest })
  expect((await rp.signIn()).user).toMatchObject({ id: longest })
})

describe('85 the nonce', () => {
  it('is that of this login, also where the token is a right one of another', async () => {
    let first = ''
    op.sign = async (claims) => (first = await right(claims))
    expect(await rp.signIn()).toMatchObject(accepted)
    op.sign = () => first
    expect(await rp.signIn()).toMatchObject({ status: 400, error: 'nonce_mismatch' })
  })
})

it('87 the hash of the access token is the half, of the right kind, of the right token', async () => {
  for (const hash of [halfHash('other'), halfHash(accessToken, 'sha384'), accessToken, '']) {
    await isRefused((claims) => right({ ...claims, at_hash: hash }), 'at_hash')
  }
})

it('90 a token of a size that nobody needs is refused in time', async () => {
  const started = performance.now()
  await isRefused((claims) => right({ ...claims, padding: 'x'.repeat(200_000) }), 'token')
  await isRefused((claims) =>
    right({ ...claims, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`c${String(index)}`, 0])) }),
  )
  // Above the limit of any answer, it is not read at all.
  op.sign = (claims) => right({ ...claims, padding: 'x'.repeat(1_000_000) })
  expect(await rp.signIn()).toMatchObject({ status: 502, error: 'provider_bad_response' })
  expect(performance.now() - started).toBeLessThan(15_000)
})

it('92 userinfo of another user signs nobody in', async () => {
  for (const userinfo of [{ sub: 'eve' }, {}, { sub: null }]) {
    op.userinfo = () => userinfo
    op.sign = right
    expect(await rp.signIn()).toMatchObject(refused('userinfo sub'))
  }
})

it('what is wrong with a token is told to the log, and never the token', async () => {
  const lines: string[] = []
  const tell = (event: object, message?: string): void => {
    lines.push(JSON.stringify([event, message]))
  }
  await rp.close()
  rp = await startRelyingParty(op, {}, { logger: { debug: tell, info: tell, warn: tell, error: tell } })
  let made = ''
  op.sign = async (claims) => (made = await signedBy('RS256', 'wrong', { kid: 'right' })(claims))
  expect(await rp.signIn()).toMatchObject(refused('signature'))
  const text = lines.join('\n')
  expect(text).toContain('signature')
  for (const secret of [...made.split('.'), clientSecret, accessToken]) expect(text).not.toContain(secret)
})
