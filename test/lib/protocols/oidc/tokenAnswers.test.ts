import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { protocol } from '../../../../lib/protocols/oidc/oidc.js'
import type { Context, ProviderHooks } from '../../../../lib/types.js'
import { contextAt, startAt, startFakeOpenid, type FakeOpenid } from '../../../support/unitOpenid.js'

const keys = await generateKeyPair('RS256')

let fake: FakeOpenid
beforeAll(async () => {
  fake = await startFakeOpenid(keys)
})
afterAll(async () => {
  await fake.close()
})

async function answered(tokenResponse?: ProviderHooks['tokenResponse']): Promise<Record<string, unknown>> {
  const { context, transaction, parameters } = await startAt(fake, contextAt(fake, tokenResponse ? { hooks: { tokenResponse } } : {}))
  return (await protocol.exchange(context, { type: 'authorization_code', parameters, transaction })).response
}

test('The type of the token is read in any case', async () => {
  fake.answer['token_type'] = 'BEARER'
  expect(await answered()).toMatchObject({ token_type: 'bearer', expires_in: 60 })
})

test.each<[string, ProviderHooks['tokenResponse']]>([
  ['a new answer', (answer) => Object.freeze({ ...answer, scope: 'of the hook' })],
  ['the answer that it changed', (answer) => Object.assign(answer, { scope: 'of the hook' })],
])('A hook gives back %s', async (_what, hook) => {
  expect(await answered(hook)).toMatchObject({ scope: 'of the hook', token_type: 'bearer' })
})

test('An id of twenty digits keeps them', async () => {
  fake.answer['user_id'] = 'text'
  const context = contextAt(fake)
  const http: Context['http'] = async (request) => {
    const response = await context.http(request)
    return { ...response, body: Buffer.from(Buffer.from(response.body).toString().replace('"text"', '12345678901234567890')) }
  }
  const { transaction, parameters } = await startAt(fake, { ...context, http })
  const { response } = await protocol.exchange({ ...context, http }, { type: 'authorization_code', parameters, transaction })
  expect(response).toMatchObject({ user_id: '12345678901234567890' })
})
