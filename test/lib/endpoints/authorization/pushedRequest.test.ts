import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { pushRequest } from '../../../../lib/endpoints/authorization/pushedRequest.js'
import type { Context, ResolvedProvider } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../../support/unitServer.js'

let underWay = 0
let most = 0
let answer: { status: number; body: object; headers?: Record<string, string> }
let server: SmallServer
beforeEach(async () => {
  underWay = most = 0
  answer = { status: 201, body: { request_uri: 'urn:ietf:params:oauth:request_uri:one', expires_in: 60 } }
  server = await startServer(async (_request, res) => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setTimeout(resolve, 20))
    underWay--
    for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value)
    sendJson(res, answer.body, answer.status)
  })
})
afterEach(async () => {
  await server.close()
})

const contextAt = (provider: Partial<ResolvedProvider> = {}): Context =>
  contextFor({
    provider: {
      tokenEndpoint: `${server.origin}/token`,
      authorizationEndpoint: `${server.origin}/authorize?tenant=a`,
      pushedAuthorizationRequestEndpoint: `${server.origin}/par`,
      ...provider,
    },
  })
const form = (): URLSearchParams => new URLSearchParams({ client_id: 'the-client', state: 'canary-state', scope: 'a b' })

test('A push is a form with the request in it, authenticated as at the token endpoint', async () => {
  expect(await pushRequest(contextAt(), form())).toBe('urn:ietf:params:oauth:request_uri:one')
  const [request] = server.received
  expect(request).toMatchObject({ method: 'POST', url: '/par' })
  expect(request?.headers).toMatchObject({
    'content-type': expect.stringContaining('application/x-www-form-urlencoded') as unknown,
    authorization: `Basic ${Buffer.from('the-client:the-secret').toString('base64')}`,
  })
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject(Object.fromEntries(form()))
})

test.each([200, 201, 202])('Its success may be told by status %i', async (status) => {
  answer = { ...answer, status }
  await expect(pushRequest(contextAt(), form())).resolves.toMatch(/one$/)
})

test('It has the names of parameters that the provider has', async () => {
  await pushRequest(contextAt({ parameterNames: { client_id: 'client_key' }, clientAuth: 'post' }), form())
  const sent = new URLSearchParams(server.received[0]?.body)
  expect([sent.get('client_key'), sent.get('client_id')]).toEqual(['the-client', null])
})

test('A flood of starts is no flood of pushes: fifty are under way at once, and all come through', async () => {
  const context = contextAt()
  const pushed = await Promise.all(Array.from({ length: 120 }, () => pushRequest(context, form())))
  expect(pushed).toHaveLength(120)
  expect(most).toBeLessThanOrEqual(50)
  expect(most).toBeGreaterThan(1)
})

describe('A refusal', () => {
  test('names the code of the provider, and repeats nothing of the request', async () => {
    answer = { status: 401, body: { error: 'invalid_client', error_description: 'canary-state' }, headers: { 'www-authenticate': 'Basic' } }
    const thrown: unknown = await pushRequest(contextAt(), form()).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'provider_bad_response', providerError: 'invalid_client', provider: 'invented' })
    expect(JSON.stringify(thrown)).not.toContain('canary')
  })

  test('whose code is what was sent in confidence is told without it', async () => {
    answer = { status: 400, body: { error: 'canary-state' } }
    const thrown: unknown = await pushRequest(contextAt(), form()).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'provider_bad_response', providerError: undefined })
  })

  test('is one although its status says otherwise', async () => {
    answer = { status: 201, body: { error: 'invalid_request' } }
    await expect(pushRequest(contextAt(), form())).rejects.toMatchObject({
      code: 'provider_bad_response',
      providerError: 'invalid_request',
    })
  })

  test.each([{ request_uri: 7, expires_in: 60 }, { request_uri: 'urn:a' }, { request_uri: 'urn:a', expires_in: -1 }, [], {}])(
    'is an answer such as %j',
    async (body) => {
      answer = { status: 201, body }
      await expect(pushRequest(contextAt(), form())).rejects.toMatchObject({ code: 'provider_bad_response' })
    },
  )
})
