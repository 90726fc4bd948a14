import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../../support/unitOpenid.js'

/** What the option `claims` demands of an ID Token, which a provider may ignore. */

let fake: FakeOpenid
beforeAll(async () => {
  fake = await startFakeOpenid(await generateKeyPair('RS256'))
})
afterAll(async () => {
  await fake.close()
})

const acr = (value: object): object => ({ id_token: { acr: value } })

test.each<[string, object, string | undefined, boolean]>([
  ['one of those demanded', acr({ essential: true, values: ['gold', 'silver'] }), 'silver', true],
  ['another one', acr({ essential: true, values: ['gold', 'silver'] }), 'iron', false],
  ['none, where one is demanded', acr({ essential: true, value: 'gold' }), undefined, false],
  ['another one, where one is only wished for', acr({ values: ['gold'] }), 'iron', true],
  ['another one, where userinfo has to say it', { userinfo: { acr: { essential: true, values: ['gold'] } } }, 'iron', true],
])('A login by %s: %j, %s', async (_what, claims, given, isAccepted) => {
  // The option wins over the parameter of its name, as it does in the request.
  const provider = { claims: { ...claims }, authorizationParams: { claims: '{"id_token":{"acr":{"essential":true,"value":"other"}}}' } }
  const started = await startAt(fake, contextAt(fake, provider))
  if (given !== undefined) fake.claims['acr'] = given
  if (isAccepted) await expect(finish(started)).resolves.toMatchObject({ user: { id: 'ada' } })
  else await expect(finish(started)).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'acr' })
})
