import { afterEach, describe, expect, test } from '@jest/globals'
import { newDpopKey, dpopThumbprint } from '../../../lib/endpoints/dpop/keys.js'
import { refreshableTokens, startApi, type ApiAnswer, type ApiParts, type ApiSetup } from '../../support/apiClient.js'
import { athOf, demand, proofOf, proofsOf } from '../../support/proofs.js'
import { sendJson, startServer } from '../../support/unitServer.js'

/** Calls of an API with tokens that are bound to a key: RFC 9449 sections 4, 7 to 9; case 283 of the threat model. */

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

const key = newDpopKey()

async function start(answer: ApiAnswer, parts: ApiParts = {}): Promise<ApiSetup> {
  const setup = await startApi(answer, {
    ...parts,
    tokens: { accessToken: 'canary-access', tokenType: 'DPoP', dpopKey: key, ...parts.tokens },
    provider: { dpop: true, ...parts.provider },
  })
  open.push(setup)
  return setup
}

const fine: ApiAnswer = (_request, res) => {
  sendJson(res, { ok: true })
}

/** An API that wants a nonce, as long as the proof has another one. */
const wanting =
  (nonce: () => string): ApiAnswer =>
  async (request, res) => {
    if ((await proofOf(request)).payload['nonce'] === nonce()) res.setHeader('dpop-nonce', nonce())
    else res.writeHead(401, demand(nonce()))
    res.end()
  }

describe('A proof (section 4.2)', () => {
  test('says method, address without query and fragment, time and token; is signed by the key, and shows its public half alone', async () => {
    const { client, api } = await start(fine)
    const before = Math.floor(Date.now() / 1000)
    await client.request('patch', 'things/a%20b;c=%C3%A9?q=1#part', { json: { n: 1 } })
    const [request] = api.received
    expect(request).toMatchObject({ method: 'PATCH', url: '/v1/things/a%20b;c=%C3%A9?q=1' })
    expect(request?.headers['authorization']).toBe('DPoP canary-access')
    const { header, payload, thumbprint } = await proofOf({ headers: request?.headers ?? {} })
    expect(thumbprint).toBe(dpopThumbprint(key))
    const asText = expect.any(String) as unknown
    expect(header).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: asText, y: asText } })
    const { iat, jti, ...rest } = payload
    expect(rest).toEqual({ htm: 'PATCH', htu: `${api.origin}/v1/things/a%20b;c=%C3%A9`, ath: athOf('canary-access') })
    expect(iat).toBeGreaterThanOrEqual(before)
    expect(iat).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000))
    // 96 bits of chance at least, base64url.
    expect(jti).toMatch(/^[\w-]{16,}$/)
    expect(JSON.stringify([header, payload])).not.toContain(key)
  })

  test('is made anew for each request, one request each', async () => {
    const { client, api } = await start(fine)
    await Promise.all(Array.from({ length: 20 }, () => client.get('a')))
    const proofs = await proofsOf(api.received)
    expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(20)
  })

  test('is the only one: a caller and the provider file cannot set another, nor the scheme', async () => {
    const { client, api } = await start(fine, {
      provider: {
        hooks: { apiRequest: (request) => ({ ...request, headers: { ...request.headers, dpop: 'x', authorization: 'Bearer x' } }) },
      },
    })
    await expect(client.get('a', { headers: { DPoP: 'mine' } })).rejects.toMatchObject({ code: 'bad_request' })
    await client.get('a')
    expect(api.received.map(({ headers }) => headers['authorization'])).toEqual(['DPoP canary-access'])
    await proofsOf(api.received)
  })

  test('goes along with every way to call', async () => {
    const { client, api } = await start(fine)
    for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete'] as const) await client[method]('a')
    await (await client.fetch('b', { method: 'POST', body: 'text' })).text()
    await (await client.fetch('c', { method: 'POST', body: new Blob(['text']).stream() })).text()
    for await (const page of client.pages('d')) expect(page.status).toBe(200)
    const proofs = await proofsOf(api.received)
    expect(proofs.map(({ payload }) => payload['htm'])).toEqual(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'POST', 'POST', 'GET'])
  })

  test('is none for a bearer token', async () => {
    const { client, api } = await start(fine, { tokens: { tokenType: 'Bearer' } })
    await client.get('a')
    expect(api.received[0]?.headers).toMatchObject({ authorization: 'Bearer canary-access' })
    expect(api.received[0]?.headers).not.toHaveProperty('dpop')
  })

  test.each([
    ['without their key', undefined],
    ['with something else than a key', 'canary'],
  ])('is impossible for tokens that were kept %s: nothing is sent', async (_how, dpopKey) => {
    const { client, api, account } = await start(fine)
    const { dpopKey: _key, ...rest } = account.tokens ?? { accessToken: '', tokenType: '' }
    account.tokens = { ...rest, ...(dpopKey === undefined ? {} : { dpopKey }) }
    await expect(client.get('a')).rejects.toMatchObject({ code: 'reauth_required' })
    expect(api.received).toEqual([])
  })
})

describe('A redirect', () => {
  test('on the same origin has a proof of its own, for its own address and method', async () => {
    const { client, api } = await start(({ url }, res) => {
      if (url === '/v1/old') res.writeHead(303, { location: '/v1/new?x=1' }).end()
      else if (url === '/v1/moved') res.writeHead(307, { location: '/v1/kept' }).end()
      else sendJson(res, {})
    })
    await client.post('old', { json: {} })
    await client.post('moved', { json: {} })
    const proofs = await proofsOf(api.received)
    expect(proofs.map(({ payload }) => [payload['htm'], payload['htu']])).toEqual([
      ['POST', `${api.origin}/v1/old`],
      ['GET', `${api.origin}/v1/new`],
      ['POST', `${api.origin}/v1/moved`],
      ['POST', `${api.origin}/v1/kept`],
    ])
    expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(4)
  })

  test('to another origin is not followed: neither token nor proof get there', async () => {
    const { client, sink } = await start((_request, res, elsewhere) => {
      res.writeHead(307, { location: `${elsewhere.origin}/v1/a` }).end()
    })
    expect((await client.get('a')).status).toBe(307)
    expect(sink.received).toEqual([])
    await expect(client.get(`${sink.origin}/v1/a`)).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(sink.received).toEqual([])
  })

  test('of a hook to another origin is refused before anything is signed', async () => {
    const { client, api, sink } = await start(fine, {
      provider: { hooks: { apiRequest: (request) => ({ ...request, url: request.url.replace(/:\d+/, ':9') }) } },
    })
    await expect(client.get('a')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect([...api.received, ...sink.received]).toEqual([])
  })
})

describe('The nonce of an API (sections 8 and 9)', () => {
  test('that is asked for makes one more request with it, and is remembered', async () => {
    let nonce = 'n-1'
    const { client, api } = await start(wanting(() => nonce))
    expect((await client.post('a', { json: { n: 1 } })).status).toBe(200)
    expect((await client.get('b')).status).toBe(200)
    nonce = 'n-2'
    expect((await client.get('c')).status).toBe(200)
    const proofs = await proofsOf(api.received)
    expect(proofs.map(({ payload }) => [payload['htm'], payload['nonce']])).toEqual([
      ['POST', undefined],
      ['POST', 'n-1'],
      ['GET', 'n-1'],
      ['GET', 'n-1'],
      ['GET', 'n-2'],
    ])
    expect(api.received.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":1}', '', '', ''])
    expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(5)
  })

  test('that comes with a success is in the next proof', async () => {
    let count = 0
    const { client, api } = await start((_request, res) => {
      res.setHeader('dpop-nonce', `n-${String(++count)}`)
      sendJson(res, {})
    })
    for (const path of ['a', 'b', 'c']) await client.get(path)
    expect((await proofsOf(api.received)).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n-1', 'n-2'])
  })

  test('is remembered for all accounts of the client', async () => {
    const { client, api, account } = await start(wanting(() => 'n'))
    await client.get('a')
    account.tokens = { accessToken: 'another', tokenType: 'DPoP', dpopKey: newDpopKey() }
    await client.get('b')
    expect((await proofsOf(api.received)).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n', 'n'])
  })

  test('goes to its own origin only', async () => {
    const other = await startServer((_request, res) => {
      sendJson(res, {})
    })
    open.push(other)
    const { client, api } = await start(
      wanting(() => 'n'),
      { provider: { apiHosts: [new URL(other.origin).host] } },
    )
    await client.get('a')
    await client.get(`${other.origin}/b`)
    expect((await proofsOf(api.received)).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n'])
    expect((await proofsOf(other.received)).map(({ payload }) => [payload['htu'], payload['nonce']])).toEqual([
      [`${other.origin}/b`, undefined],
    ])
  })

  test('that changes with every answer is asked for once; the second refusal is the answer, and no reason to refresh', async () => {
    let count = 0
    const { client, api } = await start(
      (_request, res) => {
        res.writeHead(401, demand(`n-${String(++count)}`)).end()
      },
      { tokens: refreshableTokens() },
    )
    expect((await client.get('a')).status).toBe(401)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a', '/v1/a'])
  })

  test('of a call whose body is a stream is used by the next call', async () => {
    const { client, api } = await start(wanting(() => 'n'))
    const send = (): Promise<Response> => client.fetch('a', { method: 'POST', body: new Blob(['text']).stream() })
    expect((await send()).status).toBe(401)
    expect((await send()).status).toBe(200)
    expect(api.received).toHaveLength(2)
  })

  test('is asked for before the access is refreshed, which has its own attempt', async () => {
    const { client, api } = await start(
      async (request, res) => {
        if (request.url === '/token') sendJson(res, { access_token: 'fresh', token_type: 'DPoP' })
        else if ((await proofOf(request)).payload['nonce'] !== 'n') res.writeHead(401, demand('n')).end()
        else if (request.headers.authorization === 'DPoP fresh') sendJson(res, {})
        else res.writeHead(401, { 'dpop-nonce': 'n', 'www-authenticate': 'DPoP error="invalid_token"' }).end()
      },
      { tokens: refreshableTokens() },
    )
    expect((await client.get('a')).status).toBe(200)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a', '/v1/a', '/token', '/v1/a'])
    const proofs = await proofsOf(api.received)
    expect(new Set(proofs.map(({ thumbprint }) => thumbprint))).toEqual(new Set([dpopThumbprint(key)]))
    expect(proofs.map(({ payload }) => payload['ath'])).toEqual([athOf('canary-access'), athOf('canary-access'), undefined, athOf('fresh')])
  })
})
