import { describe, expect, test } from '@jest/globals'
import { protocol } from '../../../../lib/protocols/oauth1/oauth1.js'
import type { ApiRequest, Http, ResolvedProvider, Tokens } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'

/** What an entry of OAuth 1.0a can say about its requests: where the signature goes, the realm, the hash of the body, PLAINTEXT. */

const tokens: Tokens = { accessToken: 'a', tokenSecret: 'b', tokenType: 'OAuth' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }

function sign(provider: Partial<ResolvedProvider>, request: Partial<ApiRequest>): ApiRequest {
  const context = contextFor({ provider: { protocol: 'oauth1', ...provider } })
  return protocol.sign(context, tokens, { method: 'POST', url: 'https://api.example/things', headers: {}, ...request })
}

function placeOf({ url, headers, body }: ApiRequest): string[] {
  const places: [string, unknown][] = [
    ['header', headers['authorization']],
    ['query', new URL(url).search],
    ['body', body],
  ]
  return places.filter(([, text]) => typeof text === 'string' && text.includes('oauth_signature=')).map(([place]) => place)
}

describe('The signature travels', () => {
  test.each<[string, Partial<ResolvedProvider>, Partial<ApiRequest>, string]>([
    ['a form, unless told', {}, { headers: form, body: 'a=1' }, 'header'],
    ['a form', { signaturePlacement: 'query' }, { headers: form, body: 'a=1' }, 'query'],
    ['JSON', { signaturePlacement: 'query' }, { headers: json, body: '{}' }, 'query'],
    ['a form', { signaturePlacement: 'body' }, { headers: form, body: 'a=1' }, 'body'],
    [
      'a form with a character set',
      { signaturePlacement: 'body' },
      { headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }, body: 'a=1' },
      'body',
    ],
    ['JSON, where a form would carry it', { signaturePlacement: 'body' }, { headers: json, body: '{}' }, 'header'],
    [
      'a type that only begins like a form',
      { signaturePlacement: 'body' },
      { headers: { 'content-type': 'application/x-www-form-urlencoded-not' }, body: 'a=1' },
      'header',
    ],
    ['nothing, where a form would carry it', { signaturePlacement: 'body' }, {}, 'header'],
    ['GET', { signaturePlacement: 'body' }, { method: 'GET' }, 'header'],
    ['DELETE of a form', { signaturePlacement: 'body' }, { method: 'DELETE', headers: form, body: 'a=1' }, 'header'],
  ])('with %s: %j', (_what, provider, request, place) => {
    expect(placeOf(sign(provider, request))).toEqual([place])
  })

  test("behind the request's own parameters (RFC 5849 sections 3.5.2 and 3.5.3)", () => {
    expect(sign({ signaturePlacement: 'query' }, { url: 'https://api.example/things?b=1' }).url).toMatch(
      /\?b=1&oauth_nonce=.*&oauth_signature=[^&]+$/,
    )
    expect(sign({ signaturePlacement: 'body' }, { headers: form, body: 'b=1' }).body).toMatch(/^b=1&oauth_nonce=.*&oauth_signature=[^&]+$/)
  })

  test('behind the realm, which is quoted', () => {
    expect(sign({ realm: 'Photos "2"' }, {}).headers['authorization']).toMatch(/^OAuth realm="Photos \\"2\\"", oauth_nonce="/)
  })
})

describe('The hash of the body', () => {
  const hashOf = (provider: Partial<ResolvedProvider>, request: Partial<ApiRequest>): string | undefined => {
    const { url, headers } = sign(provider, request)
    return /oauth_body_hash="?([^"&]+)/.exec(headers['authorization'] ?? url)?.[1]
  }
  // Of the empty text, by SHA-1 and by SHA-256.
  const ofNothing = encodeURIComponent('2jmj7l5rSw0yVb/vlWAYkK/YBwk=')
  const ofNothing256 = encodeURIComponent('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')

  test.each<[string, Partial<ResolvedProvider>, Partial<ApiRequest>, string | undefined]>([
    ['is not sent unless asked for', {}, { headers: json, body: '{}' }, undefined],
    ['is not sent when refused', { bodyHash: false }, { headers: json, body: '{}' }, undefined],
    ['is sent with JSON', { bodyHash: true }, { headers: json, body: '{}' }, encodeURIComponent('vyGp6PvFo4RvsFtPoIWeCReyIC8=')],
    ['is sent with no body at all', { bodyHash: true }, { method: 'GET' }, ofNothing],
    ['takes the digest of the signature', { bodyHash: true, signatureMethod: 'HMAC-SHA256' }, { method: 'GET' }, ofNothing256],
    ['travels in the query', { bodyHash: true, signaturePlacement: 'query' }, { method: 'GET' }, ofNothing],
    ['is never sent with a form', { bodyHash: true }, { headers: form, body: 'a=1' }, undefined],
    [
      'is never sent with PLAINTEXT, which has none',
      { bodyHash: true, signatureMethod: 'PLAINTEXT' },
      { headers: json, body: '{}' },
      undefined,
    ],
  ])('%s', (_what, provider, request, hash) => {
    expect(hashOf(provider, request)).toBe(hash)
  })

  test('is not sent to the token endpoints', async () => {
    const sent: (string | undefined)[] = []
    const http: Http = async ({ headers }) => {
      sent.push(headers?.['authorization'])
      return { status: 200, headers: {}, body: Buffer.from('oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true') }
    }
    const provider: Partial<ResolvedProvider> = { protocol: 'oauth1', bodyHash: true, requestTokenEndpoint: 'https://id.example/request' }
    await protocol.authorize(contextFor({ http, provider }), {})
    expect(sent).toEqual([expect.not.stringContaining('oauth_body_hash')])
  })
})

describe('PLAINTEXT', () => {
  test.each(['http://api.example/things', 'http://10.0.0.1/things'])('to %s is refused: the secrets would be readable', (url) => {
    expect(() => sign({ signatureMethod: 'PLAINTEXT' }, { url })).toThrow(/PLAINTEXT would send the secrets readable to http:.*: use https/)
  })

  test.each(['https://api.example/things', 'http://127.0.0.1:3000/things', 'http://localhost/things', 'http://[::1]/things'])(
    'to %s sends both secrets',
    (url) => {
      expect(sign({ signatureMethod: 'PLAINTEXT' }, { url }).headers['authorization']).toContain('oauth_signature="the-secret%26b"')
    },
  )
})
