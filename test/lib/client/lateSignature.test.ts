import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { protocol } from '../../../lib/protocols/oauth2/oauth2.js'
import { fetchProfile } from '../../../lib/protocols/userinfo.js'
import type { ApiRequest, Context, Tokens } from '../../../lib/types.js'
import { startApi, type ApiSetup } from '../../support/apiClient.js'
import { sendJson } from '../../support/unitServer.js'

/** A protocol whose signature takes a while, in the place of OAuth 2.0. */
async function sign(_context: Context, { accessToken }: Tokens, request: ApiRequest): Promise<ApiRequest> {
  await new Promise((resolve) => {
    setTimeout(resolve, 5)
  })
  return { ...request, headers: { ...request.headers, authorization: `Late ${accessToken}`, 'late-proof': request.url } }
}

jest.unstable_mockModule('../../../lib/protocols/oauth2/oauth2.js', () => ({ protocol: { ...protocol, sign } }))

let setup: ApiSetup
beforeEach(async () => {
  setup = await startApi(({ url, method }, res) => {
    if (url === '/v1/moved') res.writeHead(method === 'GET' ? 302 : 307, { location: '/v1/here' }).end()
    else sendJson(res, { id: 7 })
  })
})
afterEach(async () => {
  await setup.close()
})

function proofs(): unknown[] {
  return setup.api.received.map(({ headers }) => [headers['authorization'], headers['late-proof']])
}

test('A signature that comes later is waited for, for every hop of a request', async () => {
  const { client, api } = setup
  expect((await client.get('moved')).data).toEqual({ id: 7 })
  expect(await (await client.fetch('moved', { method: 'PUT', body: 'text' })).json()).toEqual({ id: 7 })
  const hops = ['Late canary-access', 'Late canary-access'].flatMap((value) => [
    [value, `${api.origin}/v1/moved`],
    [value, `${api.origin}/v1/here`],
  ])
  expect(proofs()).toEqual(hops)
})

test('A signature that comes later is waited for by the profile request', async () => {
  const { context, api } = setup
  const provider = { ...context.provider, userinfoEndpoint: `${api.origin}/v1/me` }
  expect(await fetchProfile({ ...context, provider }, { tokens: { accessToken: 'a', tokenType: 'Bearer' }, response: {} }, sign)).toEqual({
    id: 7,
  })
  expect(proofs()).toEqual([['Late a', `${api.origin}/v1/me`]])
})
