import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { UnsecuredJWT, type JWTPayload } from 'jose'
import { halfHash, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { startRelyingParty, type RelyingParty } from './relyingParty.js'

/** ID Tokens that a refresh brings, by the names of the OpenID Foundation's tests of relying parties: Refresh plan (OpenID Connect Core section 12.2). */

let op: MockOp
let rp: RelyingParty
beforeEach(async () => {
  op = await startMockOp()
  rp = await startRelyingParty(op)
  op.answer = (right) => ({ ...right, access_token: 'the-access-token' })
})
afterEach(async () => {
  await rp.close()
  await op.close()
})

/** What a refresh is answered with, once the login has been as it should. */
function atRefresh(change: (claims: JWTPayload, login: JWTPayload) => JWTPayload): void {
  let login: JWTPayload = {}
  op.claims = (right) => {
    if ('nonce' in right) login = right
    return 'nonce' in right ? right : change({ ...right, at_hash: halfHash('the-new-access-token') }, login)
  }
  let isLogin = true
  op.answer = (right) => {
    const answer = isLogin ? right : { ...right, access_token: 'the-new-access-token', refresh_token: 'the-new-refresh-token' }
    isLogin = false
    return answer
  }
}

const renewed = { accessToken: 'the-new-access-token' }
const kept = (reason: unknown): object => ({ error: 'idtoken_invalid', reason, accessToken: 'the-access-token' })
const refreshed = async (): Promise<unknown> => (await rp.signInAnd('/refresh')).answer

it('oidcc-client-test-refresh-token', async () => {
  atRefresh((claims) => claims)
  expect(await refreshed()).toEqual(renewed)
  expect(op.received.at(-1)?.body).toContain('refresh_token=the-refresh-token')
})

it('oidcc-client-test-refresh-token: the nonce of the login, and an answer without an ID Token, are in order', async () => {
  atRefresh((claims, { nonce }) => ({ ...claims, nonce }))
  expect(await refreshed()).toEqual(renewed)
  atRefresh((claims) => claims)
  const { answer } = op
  op.answer = async (right) => {
    const { id_token: idToken, ...rest } = await answer(right)
    return rest['access_token'] === 'the-access-token' ? { ...rest, id_token: idToken } : rest
  }
  expect(await refreshed()).toEqual(renewed)
})

describe('The old tokens are kept, and the call fails', () => {
  it.each<[string, (claims: JWTPayload) => JWTPayload, unknown]>([
    ['oidcc-client-test-refresh-token-invalid-issuer', (claims) => ({ ...claims, iss: 'https://other.example' }), 'claim iss'],
    ['oidcc-client-test-refresh-token-invalid-sub', (claims) => ({ ...claims, sub: 'eve' }), 'sub changed'],
    ['oidcc-client-test-refresh-token-invalid-aud', (claims) => ({ ...claims, aud: 'other' }), 'claim aud'],
    ['oidcc-client-test-refresh-token-invalid-azp', (claims) => ({ ...claims, azp: 'other' }), 'azp'],
    ['oidcc-client-test-refresh-token-invalid-athash', (claims) => ({ ...claims, at_hash: halfHash('the-access-token') }), 'at_hash'],
    ['oidcc-client-test-refresh-token-expired', (claims) => ({ ...claims, exp: 1 }), expect.anything()],
  ])('%s', async (_name, change, reason) => {
    atRefresh(change)
    expect(await refreshed()).toEqual(kept(reason))
  })

  it('oidcc-client-test-refresh-token-invalid-nonce', async () => {
    atRefresh((claims) => ({ ...claims, nonce: 'another login' }))
    expect(await refreshed()).toEqual(kept('nonce changed'))
  })

  it('oidcc-client-test-refresh-token-invalid-sig', async () => {
    atRefresh((claims) => claims)
    const right = signedBy('RS256')
    for (const forge of [signedBy('RS256', 'wrong', { kid: 'right' }), (claims: JWTPayload) => new UnsecuredJWT(claims).encode()]) {
      atRefresh((claims) => claims)
      op.sign = (claims) => ('nonce' in claims ? right(claims) : forge(claims))
      expect(await refreshed()).toEqual(kept(expect.anything()))
    }
  })
})

it('A refresh after the provider has changed its keys is in order', async () => {
  atRefresh((claims) => claims)
  op.sign = async (claims) => {
    if ('nonce' in claims) return signedBy('RS256')(claims)
    op.keys = [await publicJwk('RS256', 'next')]
    return signedBy('RS256', 'next')(claims)
  }
  expect(await refreshed()).toEqual(renewed)
})
