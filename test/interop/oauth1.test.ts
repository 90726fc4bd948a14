import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createApiClient, type ApiClient, type ApiResponse, type RequestOptions } from '../../lib/client/apiClient.js'
import { protocol } from '../../lib/protocols/oauth1/oauth1.js'
import { signRequest, type SigningOptions } from '../../lib/protocols/oauth1/signature.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import type { ApiRequest, ResolvedProvider, SignatureMethod, Tokens } from '../../lib/types.js'
import { contextFor } from '../support/context.js'
import { describeWith } from '../support/parts.js'
import { startPython, type PythonProgram } from '../support/pythonProgram.js'
import { seeded } from '../support/unitServer.js'

/** Requests signed here, verified by servers and libraries of others. */

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const client = { clientId: 'aClientOfTwentyLetters', clientSecret: 'the secret: +%&ß', privateKey }
const tokens: Tokens = { accessToken: 'aTokenOfTwentyLetters1', tokenSecret: "token secret ~*'&", tokenType: 'OAuth' }
// oauthlib decodes the oauth_ parameters of a query and a form twice, which only secrets without escapes survive as they are.
const plainClient = { clientId: 'aPlainClientOfLetters', clientSecret: 'secret' }
const plainTokens: Tokens = { accessToken: 'aPlainTokenOfLetters1', tokenSecret: 'other-secret', tokenType: 'OAuth' }
const methods: SignatureMethod[] = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT']

let server: PythonProgram
let origin = ''

/** What the server saw of a request. */
interface Seen {
  method: string
  hashed: boolean
  realm: string | null
  parameters: [string, string][]
  body: string
}

function contextOf(provider: Partial<ResolvedProvider>): ClientContext {
  return contextFor({ client, outbound: { timeout: 5_000 }, provider: { protocol: 'oauth1', apiBaseUrl: `${origin}/`, ...provider } })
}

function apiOf(provider: Partial<ResolvedProvider> = {}): ApiClient {
  const { signatureMethod, signaturePlacement = 'header' } = provider
  const isPlain = signatureMethod === 'PLAINTEXT' && signaturePlacement !== 'header'
  const context = contextOf(provider)
  return createApiClient(isPlain ? { ...context, client: plainClient } : context, {
    source: { current: () => (isPlain ? plainTokens : tokens), save: () => undefined },
  })
}

type Pairs = Record<string, string | readonly string[]>

const plain: Pairs = { status: 'new', page: '2' }
const repeated: Pairs = { tag: ['b', 'a', 'a', ''], other: 'x', 'tag-x': '1', tags: '2' }
const beyondAscii: Pairs = { größe: 'süß', name: '日本語 ☃ 🌍', ключ: 'é' }
const reserved: Pairs = {
  'a b': 'c d',
  plus: '1+1 = 2',
  tilde: '~-._',
  stars: "*!'()",
  percent: '100%25',
  amp: 'a&b=c;d',
  'q[]': '/?#[]@:,$',
  quote: '"<>\\^`{|}',
}
const empty: Pairs = { empty: '', blank: ' ', zero: '0' }
const kinds: [string, Pairs][] = [
  ['plain', plain],
  ['repeated', repeated],
  ['beyond ASCII', beyondAscii],
  ['reserved', reserved],
  ['empty', empty],
]

const pairsOf = (pairs: Pairs): [string, string][] =>
  Object.entries(pairs).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, item as string]))
const sorted = (pairs: readonly (readonly [string, string])[]): string[] => pairs.map((pair) => JSON.stringify(pair)).sort()

function expectAccepted(response: ApiResponse<Seen>, pairs: Pairs, what: string): void {
  expect({ what, status: response.status, parameters: sorted(response.data.parameters) }).toEqual({
    what,
    status: 200,
    parameters: sorted(pairsOf(pairs)),
  })
}

describeWith('python3-oauthlib', 'oauthlib', () => {
  beforeAll(async () => {
    const clients = Object.fromEntries([client, plainClient].map(({ clientId, clientSecret }) => [clientId, clientSecret]))
    const secrets = Object.fromEntries([tokens, plainTokens].map(({ accessToken, tokenSecret }) => [accessToken, tokenSecret]))
    server = await startPython(new URL('oauthlibServer.py', import.meta.url), { clients, tokens: secrets, publicKey })
    origin = `http://127.0.0.1:${server.firstLine}`
  })

  afterAll(() => server.close())

  describe.each(methods)('takes %s', (signatureMethod) => {
    test.each(['header', 'query', 'body'] as const)('in the %s', async (signaturePlacement) => {
      const api = apiOf({ signatureMethod, signaturePlacement })
      for (const [kind, pairs] of kinds) {
        expectAccepted(await api.get<Seen>('things', { query: pairs }), pairs, `GET, ${kind}`)
        expectAccepted(await api.post<Seen>('things', { form: pairs }), pairs, `POST form, ${kind}`)
        expectAccepted(
          await api.post<Seen>('things', { form: pairs, query: { also: 'here & there' } }),
          { ...pairs, also: 'here & there' },
          `POST form and query, ${kind}`,
        )
        const json = await api.post<Seen>('things', { json: pairs, query: pairs })
        expectAccepted(json, pairs, `POST JSON, ${kind}`)
        expect(json.data).toMatchObject({ method: signatureMethod, body: JSON.stringify(pairs) })
      }
      expectAccepted(await api.put<Seen>('things/1', { form: reserved }), reserved, 'PUT')
      expectAccepted(await api.patch<Seen>('things/1', { form: beyondAscii }), beyondAscii, 'PATCH')
      expectAccepted(await api.patch<Seen>('things/1', { json: { a: 'ü' } }), {}, 'PATCH JSON')
      expectAccepted(await api.delete<Seen>('things/1', { query: repeated }), repeated, 'DELETE')
      expectAccepted(await api.delete<Seen>('things/1', { form: repeated }), repeated, 'DELETE form')
      expectAccepted(await api.post<Seen>('things'), {}, 'POST of nothing')
      expect((await api.head('things', { query: reserved })).status).toBe(200)
    })
  })

  describe('takes', () => {
    test.each([
      'things?a=%7e%2d&b=%c3%bc',
      'things?a+b=c+d',
      'things?valueless&x=',
      'things?a=1&&b=2&',
      'things?=nameless',
      'r%20v/X%2Fy?a=1',
      'größe/straße?q=1',
      'a;b,c=(d)!*/~e?x=*!()',
    ])('the address %s as it stands', async (url) => {
      expect((await apiOf().get(url)).status).toBe(200)
    })

    test.each([
      'a=%7e&b=%c3%bc',
      'a=%C3%A9+%2B&a=%E2%98%83',
      'valueless&x=',
      '&&a=1&',
      'a=b%3Dc=d',
      'a=*~!()',
      '%66=%6f',
      'n=%F0%9F%8C%8D&o=%ED%95%9C',
    ])('the form %s as it stands', async (body) => {
      const response = await apiOf().post<Seen>('things', {
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      })
      expect(response.status).toBe(200)
      expect(response.data.body).toBe(body)
    })

    test('the realm, which is not signed', async () => {
      expect((await apiOf({ realm: 'Photos & more' }).get<Seen>('things', { query: plain })).data).toMatchObject({ realm: 'Photos & more' })
    })

    test('the hash of a body that is no form, and of one that is not there', async () => {
      for (const signatureMethod of methods.filter((method) => method !== 'PLAINTEXT')) {
        const api = apiOf({ signatureMethod, bodyHash: true })
        const answers = [
          await api.post<Seen>('things', { json: { a: 'ü' } }),
          await api.get<Seen>('things', { query: plain }),
          await api.post<Seen>('things', { form: plain }),
        ]
        expect(answers.map(({ status, data: { hashed } }) => ({ status, hashed }))).toEqual([
          { status: 200, hashed: true },
          { status: 200, hashed: true },
          { status: 200, hashed: false },
        ])
      }
    })

    test('a request without a token', async () => {
      const { http } = contextOf({})
      const request = { method: 'POST', url: `${origin}/without-token?a=1`, headers: {} }
      const options: SigningOptions = {
        signatureMethod: 'HMAC-SHA1',
        timestamp: Math.floor(Date.now() / 1000),
        nonce: 'aNonceOfTwentyLetters',
        parameters: { oauth_callback: 'https://app.example/back?a=b c' },
      }
      expect((await http({ method: 'POST', ...signRequest(request, client, options) })).status).toBe(200)
    })

    test('500 requests whose names and values are made of odd characters', async () => {
      const api = apiOf()
      const below = seeded(5849)
      const signs = [...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~aZ09\nß☃🌍']
      const word = (): string => Array.from({ length: 1 + below(6) }, () => signs[below(signs.length)]).join('')
      const requests = Array.from({ length: 500 }, (_unused, index) => ({
        index,
        pairs: Object.fromEntries(Array.from({ length: 1 + below(4) }, () => [word(), [word(), word()]])),
      }))
      for (let start = 0; start < requests.length; start += 25) {
        await Promise.all(
          requests.slice(start, start + 25).map(async ({ index, pairs }) => {
            const options: RequestOptions = index % 2 === 0 ? { query: pairs } : { form: pairs }
            expectAccepted(await api.request<Seen>(index % 2 === 0 ? 'GET' : 'POST', 'things', options), pairs, JSON.stringify(pairs))
          }),
        )
      }
    })
  })

  describe('refuses', () => {
    const send = async (
      change: (signed: ApiRequest) => ApiRequest,
      provider: Partial<ResolvedProvider> = {},
      tokensOf = tokens,
    ): Promise<number> => {
      const context = contextOf(provider)
      const request = {
        method: 'POST',
        url: `${origin}/things?a=1`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'b=2',
      }
      return (await context.http(change(protocol.sign(context, tokensOf, request)))).status
    }

    test.each<[string, (signed: ApiRequest) => ApiRequest]>([
      ['another method', (signed) => ({ ...signed, method: 'PUT' })],
      ['another path', (signed) => ({ ...signed, url: signed.url.replace('things', 'thing') })],
      ['another query', (signed) => ({ ...signed, url: signed.url.replace('a=1', 'a=2') })],
      ['another form', (signed) => ({ ...signed, body: 'b=3' })],
      ['one parameter more', (signed) => ({ ...signed, body: 'b=2&c=' })],
      ['no signature', ({ headers: { authorization: _none, ...headers }, ...signed }) => ({ ...signed, headers })],
    ])('%s than was signed', async (_what, change) => {
      expect(await send((signed) => signed)).toBe(200)
      expect(await send(change)).toBe(401)
    })

    test.each(methods)('another secret, by %s', async (signatureMethod) => {
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const context = { ...contextOf({ signatureMethod }), client: { ...client, privateKey: other } }
      const signed = protocol.sign(context, { ...tokens, tokenSecret: 'guessed' }, { method: 'GET', url: `${origin}/things`, headers: {} })
      expect((await context.http(signed)).status).toBe(401)
    })

    test('a request that comes a second time', async () => {
      const context = contextOf({})
      const signed = protocol.sign(context, tokens, { method: 'GET', url: `${origin}/things`, headers: {} })
      expect([(await context.http(signed)).status, (await context.http(signed)).status]).toEqual([200, 401])
    })

    test('another body than was hashed', async () => {
      const context = contextOf({ bodyHash: true })
      const signed = protocol.sign(context, tokens, {
        method: 'POST',
        url: `${origin}/things`,
        headers: { 'content-type': 'application/json' },
        body: '{"a":1}',
      })
      expect((await context.http({ ...signed, body: '{"a":2}' })).status).toBe(401)
    })
  })
})

describe('The package oauth, as it is published, computes the same signature', () => {
  interface Published {
    _getSignature: (method: string, url: string, parameters: string, tokenSecret: string) => string
    _normaliseRequestParams: (parameters: Record<string, string>) => string
  }
  const { OAuth } = createRequire(import.meta.url)('oauth') as { OAuth: new (...parts: unknown[]) => Published }

  test.each<[SignatureMethod, string]>([
    ['HMAC-SHA1', client.clientSecret],
    ['HMAC-SHA256', client.clientSecret],
    ['RSA-SHA1', privateKey],
    ['PLAINTEXT', client.clientSecret],
  ])('by %s', (signatureMethod, secret) => {
    const published = new OAuth('', '', client.clientId, secret, '1.0', null, signatureMethod)
    for (const [kind, pairs] of kinds.filter(([name]) => name !== 'repeated')) {
      const form = Object.fromEntries(pairsOf(pairs))
      const request = {
        method: 'POST',
        url: 'https://api.example/things',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      }
      const signed = protocol.sign(contextOf({ signatureMethod }), tokens, request)
      const { oauth_signature: signature, ...fields } = Object.fromEntries(
        [...(signed.headers['authorization'] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
          name,
          decodeURIComponent(value),
        ]),
      )
      expect({ kind, signature }).toEqual({
        kind,
        signature: published._getSignature(
          'POST',
          request.url,
          published._normaliseRequestParams({ ...fields, ...form } as Record<string, string>),
          tokens.tokenSecret ?? '',
        ),
      })
    }
  })
})
