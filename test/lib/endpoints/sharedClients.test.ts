import { createRequire } from 'node:module'
import { afterAll, expect, jest, test } from '@jest/globals'
import { sendBySimpleOauth2 } from '../../../lib/endpoints/simpleOauth2.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../support/unitServer.js'

/** The objects of simple-oauth2 are shared by all logins of a registration, and nothing of a login is. */

const require = createRequire(createRequire(import.meta.url).resolve('simple-oauth2'))
const joi = require('joi') as { attempt: (...given: unknown[]) => unknown }

const servers: SmallServer[] = []
afterAll(() => Promise.all(servers.map(({ close }) => close())))

async function serve(answer: (request: Received) => Promise<object> | object): Promise<SmallServer> {
  const server = await startServer(async (request, res) => {
    sendJson(res, await answer(request))
  })
  servers.push(server)
  return server
}

const code = (login: number): { grant_type: string; [name: string]: string } => ({
  grant_type: 'authorization_code',
  code: `code-${String(login)}`,
  redirect_uri: `https://app.example/cb/${String(login)}`,
  code_verifier: `verifier-${String(login)}`,
})

test('Options are validated once for each registration and endpoint, whatever is asked for', async () => {
  const { origin } = await serve(() => ({ access_token: 'a', token_type: 'bearer' }))
  const attempt = jest.spyOn(joi, 'attempt')
  const context = contextFor()
  const others = [contextFor(), contextFor({ client: { clientId: 'another', clientSecret: 'secret' } })]
  for (let login = 0; login < 10; login++) {
    await sendBySimpleOauth2(context, code(login), `${origin}/token`)
    await sendBySimpleOauth2(context, { grant_type: 'refresh_token', refresh_token: 'r' }, `${origin}/token`)
    await sendBySimpleOauth2(context, { grant_type: 'client_credentials' }, `${origin}/token`)
  }
  // One for the grants of a user, one for those of the client itself.
  expect(attempt).toHaveBeenCalledTimes(2)
  for (const other of others) await sendBySimpleOauth2(other, code(1), `${origin}/token`)
  expect(attempt).toHaveBeenCalledTimes(6)
  await sendBySimpleOauth2(context, code(1), `${origin}/other`)
  expect(attempt).toHaveBeenCalledTimes(8)
})

test('Of fifty logins at a time, by two clients, each sends its own values and gets its own answer', async () => {
  const { origin, received } = await serve(async ({ body, headers }) => {
    const form = new URLSearchParams(body)
    // Answered in another order than asked.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    const [id = ''] = Buffer.from((headers.authorization ?? '').slice('Basic '.length), 'base64')
      .toString()
      .split(':')
    return { access_token: `${id} ${form.get('code') ?? form.get('refresh_token') ?? 'own'}`, token_type: 'bearer', refresh_token: 'next' }
  })
  const contexts = ['one', 'two'].map((clientId) => contextFor({ client: { clientId, clientSecret: `secret of ${clientId}` } }))
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, login) => {
      const context = contexts[login % 2]
      if (!context) throw new Error('no context')
      const { clientId } = context.client
      const form = login % 5 === 0 ? { grant_type: 'refresh_token', refresh_token: `token-${String(login)}` } : code(login)
      const sent = login % 5 === 0 ? `token-${String(login)}` : `code-${String(login)}`
      return [await sendBySimpleOauth2(context, form, `${origin}/token`), { access_token: `${clientId} ${sent}` }]
    }),
  )
  for (const [answer, expected] of answers) expect(answer).toMatchObject(expected as object)
  expect(received).toHaveLength(50)
  for (const { body } of received) {
    const form = Object.fromEntries(new URLSearchParams(body))
    const login = (form['code'] ?? form['refresh_token'])?.replace(/\D+/, '')
    expect(form).toEqual(
      form['grant_type'] === 'refresh_token'
        ? { grant_type: 'refresh_token', refresh_token: `token-${String(login)}` }
        : code(Number(login)),
    )
  }
})

test('A call that fails is followed by one that knows nothing of it', async () => {
  let isBroken = true
  const server = await startServer((_request, res) => {
    if (isBroken) res.socket?.destroy()
    else sendJson(res, { access_token: 'a', token_type: 'bearer' })
  })
  servers.push(server)
  const context = contextFor()
  await expect(sendBySimpleOauth2(context, code(1), `${server.origin}/token`)).rejects.toMatchObject({ code: 'provider_bad_response' })
  isBroken = false
  expect(await sendBySimpleOauth2(context, code(2), `${server.origin}/token`)).toMatchObject({ access_token: 'a' })
  expect(server.received[1]?.body).not.toContain('code-1')
})
