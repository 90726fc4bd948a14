import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createAuthority, type Authority } from '../../support/certificates.js'
import { openTlsDoor, runTlsClient, type SeenByTls, type TlsDoor } from '../../support/tlsDoors.js'

/** Handshakes of logins over TLS: what a kept connection saves. */

let authority: Authority
let door: TlsDoor
const seen: SeenByTls[] = []
let before = 0

beforeAll(async () => {
  authority = createAuthority()
  door = await openTlsDoor('id', authority, seen, ({ path }) => ({
    body: path === '/userinfo' ? { id: 'ada' } : { access_token: 'a', token_type: 'Bearer', expires_in: 60 },
  }))
})
afterAll(async () => {
  await door.close()
  authority.remove()
})
beforeEach(() => {
  before = door.handshakes()
  seen.length = 0
})

const provider = (): object => ({
  protocol: 'oauth2',
  clientAuth: 'basic',
  authorizationEndpoint: `${door.url}/authorize`,
  tokenEndpoint: `${door.url}/token`,
  userinfoEndpoint: `${door.url}/userinfo`,
  profile: { id: 'id' },
})
const client = { clientId: 'the-client', clientSecret: 'the-secret' }
const signIn = `
  const signIn = async (context) => {
    const { location, transaction } = await login(context)
    const { user } = await callback(context, transaction, { code: 'c', state: new URL(location).searchParams.get('state') })
    return user.id
  }`

test('Fifty logins one after the other make one handshake: the code is redeemed and the profile fetched over one connection', async () => {
  const lines = `${signIn}
    for (let count = 0; count < 50; count++) await signIn(context)
    return 'done'`
  expect(await runTlsClient(authority, lines, { provider: provider(), client })).toBe('done')
  expect(seen.filter(({ path }) => path === '/token')).toHaveLength(50)
  expect(seen.filter(({ path }) => path === '/userinfo')).toHaveLength(50)
  expect(door.handshakes() - before).toBe(1)
})

test('Fifty logins, five at a time, make at most five', async () => {
  const lines = `${signIn}
    await Promise.all(Array.from({ length: 5 }, async () => {
      for (let count = 0; count < 10; count++) await signIn(context)
    }))
    return 'done'`
  expect(await runTlsClient(authority, lines, { provider: provider(), client })).toBe('done')
  expect(seen).toHaveLength(100)
  expect(door.handshakes() - before).toBeLessThanOrEqual(5)
})

test('Requests with a certificate share no connection with others, nor with those of another certificate', async () => {
  const certificates = ['one', 'two'].map((name) => authority.issue(name))
  const lines = `
    const { certificates } = client
    for (let round = 0; round < 3; round++) {
      for (const certificate of [undefined, ...certificates])
        await context.http({ method: 'GET', url: provider.userinfoEndpoint, certificate })
    }
    return 'done'`
  expect(await runTlsClient(authority, lines, { provider: provider(), client: { ...client, certificates } })).toBe('done')
  expect(door.handshakes() - before).toBe(3)
  expect(seen.map(({ peer }) => peer)).toEqual(Array.from({ length: 3 }, () => [undefined, 'one', 'two']).flat())
})
