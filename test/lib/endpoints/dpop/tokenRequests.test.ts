import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { dpopThumbprint, newDpopKey } from '../../../../lib/endpoints/dpop/keys.js'
import { requestTokens } from '../../../../lib/endpoints/token.js'
import type { Client } from '../../../../lib/model/client.js'
import type { ResolvedProvider } from '../../../../lib/model/provider.js'
import type { Tokens } from '../../../../lib/model/tokens.js'
import { loadProtocol } from '../../../../lib/protocols/index.js'
import type { ClientContext } from '../../../../lib/refresh/refresher.js'
import { contextFor } from '../../../support/context.js'
import { proofsOf } from '../../../support/proofs.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../../support/unitServer.js'

/** Token requests with a proof: RFC 9449 sections 5 and 8. */

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

type TokenAnswer = (request: Received, attempt: number) => { status?: number; headers?: Record<string, string>; body: unknown }

const bound = { access_token: 'a', token_type: 'DPoP', expires_in: 60 }
const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

interface Setup {
  context: ClientContext
  server: SmallServer
}

for (const protocolName of ['oauth2', 'oidc'] as const)
  describe(`With the protocol ${protocolName}`, () => {
    async function start(answer: TokenAnswer, more: Partial<ResolvedProvider> = {}, client: Partial<Client> = {}): Promise<Setup> {
      let attempt = 0
      const server = await startServer((request, res) => {
        const { status = 200, headers = {}, body } = answer(request, ++attempt)
        for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
        sendJson(res, body, status)
      })
      open.push(server)
      const { origin } = server
      const provider: Partial<ResolvedProvider> = {
        protocol: protocolName,
        dpop: true,
        discovery: false,
        issuer: origin,
        tokenEndpoint: `${origin}/token?x=1`,
        jwksUri: `${origin}/keys`,
        ...more,
      }
      return { server, context: contextFor({ provider, client: { clientId: 'the-client', clientSecret: 'the-secret', ...client } }) }
    }

    async function ask(context: ClientContext): Promise<Tokens | undefined> {
      return (await (await loadProtocol({ protocol: protocolName })).exchange(context, { type: 'client_credentials' })).tokens
    }

    const held = (more: Partial<Tokens> = {}): Tokens => ({
      accessToken: 'old',
      tokenType: 'DPoP',
      refreshToken: 'canary-refresh',
      ...more,
    })

    test('tokens of the client itself are bound to a new key each time, which comes with them', async () => {
      const { context, server } = await start(() => ({ body: bound }))
      const [first, second] = [await ask(context), await ask(context)]
      expect(first).toMatchObject({ accessToken: 'a', tokenType: 'DPoP' })
      expect(first?.dpopKey).not.toBe(second?.dpopKey)
      const proofs = await proofsOf(server.received)
      expect(proofs.map(({ thumbprint }) => thumbprint)).toEqual([first, second].map((tokens) => dpopThumbprint(tokens?.dpopKey ?? '')))
      for (const { payload } of proofs) {
        expect(payload).toMatchObject({ htm: 'POST', htu: `${server.origin}/token` })
        expect(payload).not.toHaveProperty('ath')
        expect(payload).not.toHaveProperty('nonce')
      }
    })

    test('a refresh proves the key of the tokens, and keeps it', async () => {
      const { context, server } = await start(() => ({ body: bound }))
      const dpopKey = newDpopKey()
      const refreshed = await context.refresher.refresh(context, { held: held({ dpopKey }) })
      expect(refreshed).toMatchObject({ accessToken: 'a', tokenType: 'DPoP', refreshToken: 'canary-refresh', dpopKey })
      expect((await proofsOf(server.received)).map(({ thumbprint }) => thumbprint)).toEqual([dpopThumbprint(dpopKey)])
    })

    test('a refresh of tokens from before binds the new ones', async () => {
      const { context, server } = await start(() => ({ body: bound }))
      const refreshed = await context.refresher.refresh(context, { held: held({ tokenType: 'Bearer' }) })
      expect(refreshed.tokenType).toBe('DPoP')
      expect((await proofsOf(server.received)).map(({ thumbprint }) => thumbprint)).toEqual([dpopThumbprint(refreshed.dpopKey ?? '')])
    })

    test('bound tokens stay bound where the entry no longer says dpop', async () => {
      const { context } = await start(() => ({ body: bound }), { dpop: false })
      const dpopKey = newDpopKey()
      expect(await context.refresher.refresh(context, { held: held({ dpopKey }) })).toMatchObject({ tokenType: 'DPoP', dpopKey })
    })

    test.each(['DPoP', 'dpop', 'DPOP'])('the type may be written %s', async (type) => {
      const { context } = await start(() => ({ body: { ...bound, token_type: type } }))
      expect((await ask(context))?.tokenType).toBe('DPoP')
    })

    test.each([['Bearer'], ['bearer'], ['mac'], [undefined]])('the type %s is refused', async (type) => {
      const { context } = await start(() => ({ body: { ...bound, token_type: type } }), { defaultTokenType: 'Bearer' })
      await expect(ask(context)).rejects.toMatchObject({ code: 'provider_bad_response' })
    })

    test('an answer with a bearer token says what to do, and a refresh that brings one leaves the tokens as they are', async () => {
      const { context } = await start(() => ({ body: { ...bound, token_type: 'Bearer' } }))
      const message = expect.stringMatching(/is not bound to a key, although the entry says dpop: true.*leave dpop out/) as unknown
      await expect(ask(context)).rejects.toMatchObject({ code: 'provider_bad_response', message })
      await expect(context.refresher.refresh(context, { held: held({ dpopKey: newDpopKey() }) })).rejects.toMatchObject({ message })
    })

    test('a bound token that nobody asked for is refused, and says what to do', async () => {
      const { context } = await start(() => ({ body: bound }), { dpop: false })
      const message = expect.stringContaining('set dpop: true in the entry') as unknown
      await expect(ask(context)).rejects.toMatchObject({ code: 'provider_bad_response', message })
    })

    const demand = (nonce: string): ReturnType<TokenAnswer> => ({
      status: 400,
      headers: { 'dpop-nonce': nonce },
      body: { error: 'use_dpop_nonce', error_description: 'Authorization server requires nonce in DPoP proof' },
    })

    test('a nonce that is asked for makes one more request with it, and is in the next one at once', async () => {
      const { context, server } = await start((_request, attempt) => (attempt === 1 ? demand('n-1') : { body: bound }))
      await ask(context)
      await ask(context)
      const proofs = await proofsOf(server.received)
      expect(proofs.map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n-1', 'n-1'])
      expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(3)
    })

    test('a nonce that comes with a success is in the next request', async () => {
      const { context, server } = await start((_request, attempt) => ({
        headers: { 'dpop-nonce': `n-${String(attempt)}` },
        body: bound,
      }))
      for (let call = 0; call < 3; call++) await ask(context)
      expect((await proofsOf(server.received)).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n-1', 'n-2'])
    })

    test('a nonce that is asked for under 401 beside a challenge is understood too', async () => {
      const { context, server } = await start((_request, attempt) =>
        attempt === 1
          ? { ...demand('n'), status: 401, headers: { 'dpop-nonce': 'n', 'www-authenticate': 'DPoP error="use_dpop_nonce"' } }
          : { body: bound },
      )
      expect(await ask(context)).toMatchObject({ tokenType: 'DPoP' })
      expect(server.received).toHaveLength(2)
    })

    test.each(['use_dpop_nonce', 'invalid_dpop_proof'])('%s after all ends no access: a refresh may succeed later', async (error) => {
      const { context, server } = await start((_request, attempt) => ({ ...demand(`n-${String(attempt)}`), body: { error } }))
      await expect(context.refresher.refresh(context, { held: held({ dpopKey: newDpopKey() }) })).rejects.toMatchObject({
        code: 'provider_bad_response',
        providerError: error,
      })
      expect(server.received).toHaveLength(error === 'use_dpop_nonce' ? 2 : 1)
    })

    test('the second request has an assertion of its own, because servers take each once', async () => {
      const { context, server } = await start(
        (_request, attempt) => (attempt === 1 ? demand('n') : { body: bound }),
        { clientAuth: 'private_key_jwt' },
        { privateKey },
      )
      await ask(context)
      const ids = server.received.map(({ body }) => decodeJwt(new URLSearchParams(body).get('client_assertion') ?? '').jti)
      expect(new Set(ids).size).toBe(2)
    })

    test('neither the requests nor an error hold the private key', async () => {
      const { context, server } = await start(() => ({ status: 400, body: { error: 'invalid_grant' } }))
      const dpopKey = newDpopKey()
      const error: unknown = await context.refresher.refresh(context, { held: held({ dpopKey }) }).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ code: 'reauth_required' })
      expect(JSON.stringify(server.received)).not.toContain(dpopKey)
      const proofs = await proofsOf(server.received)
      expect(JSON.stringify(proofs)).not.toContain(dpopKey)
    })
  })

test('a grant that has no key is refused where the entry says dpop, before anything is sent', async () => {
  const context = contextFor({ provider: { dpop: true } })
  await expect(requestTokens(context, { grant_type: 'urn:example:other' }, 'https://id.example/token')).rejects.toMatchObject({
    code: 'config_invalid',
    message: 'providers.invented.dpop is not available for this grant in this version of authrouter.',
  })
})
