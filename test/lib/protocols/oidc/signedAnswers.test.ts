import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair, type JWTPayload } from 'jose'
import { callback, checkCallback } from '../../../../lib/callback.js'
import type { CallbackParameters, Context, ResolvedProvider } from '../../../../lib/types.js'
import {
  contextAt,
  halfHash,
  signer,
  startAt,
  startFakeOpenid,
  type FakeOpenid,
  type Keys,
  type Started,
} from '../../../support/unitOpenid.js'

/** What the provider has signed of its answer, by the right key, and not as it should be: nothing is redeemed. */

let right: Keys
let other: Keys
let fake: FakeOpenid
beforeAll(async () => {
  ;[right, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
})
beforeEach(async () => {
  fake = await startFakeOpenid(right)
})
afterEach(async () => {
  await fake.close()
})

const started = (provider: Partial<ResolvedProvider>, parts: Partial<Context> = {}): Promise<Started> =>
  startAt(fake, contextAt(fake, provider, parts))

async function refused({ context, transaction }: Started, parameters: CallbackParameters, expected: object): Promise<void> {
  await expect(checkCallback(context, transaction, parameters)).rejects.toMatchObject(expected)
  await expect(callback(context, transaction, parameters)).rejects.toMatchObject(expected)
  expect(fake.calls('/token')).toBe(0)
}

describe('An answer by JARM', () => {
  let login: Started
  let claims: JWTPayload
  beforeEach(async () => {
    login = await started({ responseMode: 'query.jwt' })
    const now = Math.floor(login.context.now() / 1000)
    claims = { iss: fake.issuer, aud: login.context.client.clientId, exp: now + 60, ...login.parameters }
  })

  test('is read from what is signed, and from nothing beside it', async () => {
    const parameters = { response: await signer(right)(claims), code: 'forged', state: 'forged', iss: 'forged', error: 'forged' }
    expect(await checkCallback(login.context, login.transaction, parameters)).toEqual({ ...login.parameters, iss: fake.issuer })
    await expect(callback(login.context, login.transaction, parameters)).resolves.toMatchObject({ user: { id: 'ada' } })
    expect(new URLSearchParams(fake.server.received.find(({ url }) => url === '/token')?.body).get('code')).toBe('c')
  })

  test('may name several audiences, of which we are one', async () => {
    const response = await signer(right)({ ...claims, aud: ['another', login.context.client.clientId] })
    await expect(checkCallback(login.context, login.transaction, { response })).resolves.toMatchObject({ code: 'c' })
  })

  test('that says no is believed', async () => {
    const { code: _code, ...error } = { ...claims, error: 'access_denied' } as JWTPayload & { code?: string }
    await refused(login, { response: await signer(right)(error) }, { code: 'access_denied' })
  })

  test.each<[string, Record<string, unknown>, object]>([
    ['of another issuer', { iss: 'https://other.example' }, { code: 'issuer_mismatch' }],
    ['of an issuer with a slash more', { iss: 'a slash more' }, { code: 'issuer_mismatch' }],
    ['without an issuer', { iss: undefined }, { code: 'issuer_missing' }],
    ['with a list of issuers', { iss: ['x'] }, { code: 'issuer_missing' }],
    ['for another client', { aud: 'another' }, { code: 'bad_request', reason: 'aud' }],
    ['for other clients', { aud: ['another', 'third'] }, { code: 'bad_request', reason: 'aud' }],
    ['for nobody', { aud: undefined }, { code: 'bad_request', reason: 'aud' }],
    ['expired', { exp: 1 }, { code: 'bad_request', reason: 'exp' }],
    ['without an end', { exp: undefined }, { code: 'bad_request', reason: 'exp' }],
    ['with an end that is no number', { exp: '9999999999' }, { code: 'bad_request', reason: 'exp' }],
    ['not valid yet', { nbf: 99_999_999_999 }, { code: 'bad_request', reason: 'nbf' }],
    ['without a code', { code: undefined }, { code: 'bad_request' }],
    ['with a code that is no text', { code: ['c'] }, { code: 'bad_request' }],
    ['with an error beside the code', { error: 'server_error' }, { code: 'provider_error' }],
    ['of another login', { state: 'another' }, { code: 'state_mismatch' }],
    ['with a state that is no text', { state: ['x'] }, { code: 'state_missing' }],
  ])('%s is refused', async (_what, change, expected) => {
    const changed = { ...claims, ...change, ...(change['iss'] === 'a slash more' ? { iss: `${fake.issuer}/` } : {}) }
    await refused(login, { response: await signer(right)(changed as JWTPayload) }, expected)
  })

  test.each<[string, () => Promise<string> | string]>([
    ['by another key', () => signer(other)(claims)],
    ['as another kind of token', () => signer(right, { typ: 'logout+jwt' })(claims)],
  ])('signed %s is refused', async (_how, make) => {
    await refused(login, { response: await make() }, { code: 'bad_request' })
  })

  test('is no ID Token, and an ID Token is no answer', async () => {
    const response = await signer(right)(claims)
    fake.answer['id_token'] = response
    await expect(callback(login.context, login.transaction, { response })).rejects.toMatchObject({ status: 400 })
    await expect(checkCallback(login.context, login.transaction, { response: await signer(right)(fake.claims) })).rejects.toMatchObject({
      code: 'state_missing',
    })
  })
})

describe('An ID Token that comes with the code', () => {
  let login: Started
  let front: JWTPayload
  beforeEach(async () => {
    login = await started({ responseType: 'code id_token', responseMode: 'form_post' })
    const { at_hash: _ofLater, ...claims } = fake.claims
    front = { ...claims, c_hash: halfHash('sha256', 'c'), s_hash: halfHash('sha256', login.parameters['state']) }
  })

  const posted = async (claims: JWTPayload, key = right): Promise<CallbackParameters> => ({
    ...login.parameters,
    id_token: await signer(key)(claims),
  })

  test('of the same user and code is accepted', async () => {
    await expect(callback(login.context, login.transaction, await posted(front))).resolves.toMatchObject({ user: { id: 'ada' } })
  })

  test('may leave the hash of the state out', async () => {
    const { s_hash: _left, ...claims } = front
    await expect(checkCallback(login.context, login.transaction, await posted(claims))).resolves.toMatchObject({
      code: 'c',
      iss: fake.issuer,
    })
  })

  test.each<[string, Record<string, unknown>, object]>([
    ['case 55: with another nonce', { nonce: 'another' }, { code: 'nonce_mismatch' }],
    ['case 55: without a nonce', { nonce: undefined }, { code: 'idtoken_invalid', reason: 'nonce' }],
    ['case 55: with a list for a nonce', { nonce: ['x'] }, { code: 'nonce_mismatch' }],
    ['oidcc-client-test-invalid-chash', { c_hash: halfHash('sha256', 'another') }, { code: 'idtoken_invalid', reason: 'c_hash' }],
    ['oidcc-client-test-missing-chash', { c_hash: undefined }, { code: 'idtoken_invalid', reason: 'c_hash' }],
    ['with the hash of another state', { s_hash: halfHash('sha256', 'another') }, { code: 'idtoken_invalid', reason: 's_hash' }],
    ['of another issuer', { iss: 'https://other.example' }, { code: 'idtoken_invalid', reason: 'iss' }],
    ['without an issuer', { iss: undefined }, { code: 'idtoken_invalid', reason: 'iss' }],
    ['for another client', { aud: 'another' }, { code: 'idtoken_invalid', reason: 'aud' }],
    ['for nobody', { aud: undefined }, { code: 'idtoken_invalid', reason: 'aud' }],
    ['for two without a word on which', { aud: ['the-client', 'another'] }, { code: 'idtoken_invalid', reason: 'azp' }],
    ['for another party', { azp: 'another' }, { code: 'idtoken_invalid', reason: 'azp' }],
    ['of nobody', { sub: undefined }, { code: 'idtoken_invalid', reason: 'sub' }],
    ['expired', { exp: 1 }, { code: 'idtoken_invalid', reason: 'exp' }],
    ['without an end', { exp: undefined }, { code: 'idtoken_invalid', reason: 'exp' }],
    ['without its time', { iat: undefined }, { code: 'idtoken_invalid', reason: 'iat' }],
    ['that is a logout token', { events: {} }, { code: 'idtoken_invalid', reason: 'events' }],
  ])('%s is refused', async (_what, change, expected) => {
    await refused(login, await posted({ ...front, ...change } as JWTPayload), expected)
  })

  test('by another key, or none at all, is refused', async () => {
    await refused(login, await posted(front, other), { code: 'idtoken_invalid' })
    await refused(login, login.parameters, { code: 'idtoken_invalid' })
  })

  test('of an algorithm that the entry does not list is refused', async () => {
    const context = { ...login.context, provider: { ...login.context.provider, idTokenAlgs: ['ES256'] } }
    await refused({ ...login, context }, await posted(front), { code: 'idtoken_invalid', reason: 'algorithm' })
  })

  test('and the one that the code gives must be of the same user', async () => {
    await expect(callback(login.context, login.transaction, await posted({ ...front, sub: 'grace' }))).rejects.toMatchObject({
      code: 'idtoken_invalid',
      reason: 'sub of both',
    })
  })

  test('case 55: the one that the code gives must have the nonce too', async () => {
    const parameters = await posted(front)
    fake.claims['nonce'] = 'another'
    await expect(callback(login.context, login.transaction, parameters)).rejects.toMatchObject({ code: 'nonce_mismatch' })
  })

  test('does not stand in for the issuer of an error', async () => {
    fake.metadata['authorization_response_iss_parameter_supported'] = true
    login = await started({ responseType: 'code id_token', responseMode: 'form_post' })
    const { code: _code, ...parameters } = { ...login.parameters, error: 'access_denied', id_token: 'x' } as Record<string, string>
    await refused(login, parameters, { code: 'issuer_missing' })
    await refused(login, { ...parameters, iss: fake.issuer }, { code: 'access_denied' })
  })
})
