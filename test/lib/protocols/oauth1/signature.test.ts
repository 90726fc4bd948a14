import { createHmac, createVerify, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, jest, test } from '@jest/globals'
import { bodyParameters } from '../../../../lib/protocols/oauth1/parameters.js'
import {
  baseStringUri,
  percentEncode,
  sign,
  signatureBaseString,
  signRequest,
  type ParameterPair,
  type SignatureMethod,
  type SignedRequest,
  type SigningKeys,
  type SigningOptions,
  type SigningRequest,
} from '../../../../lib/protocols/oauth1/signature.js'

interface Vectors {
  percent_encoding: { rows: { in: string; out: string }[] }
  base_string_uri: { rows: [string, string][]; errors: string[] }
  normalized_parameters: { params: ParameterPair[]; out: string }[]
  hmac: {
    name: string
    method: string
    url: string
    params_beyond_query: ParameterPair[]
    consumer_secret: string
    token_secret: string
    base_string: string
    signature_method: SignatureMethod
    signature: string
  }[]
  hmac_over_given_base_string: ({ base_string: string; consumer_secret: string; token_secret: string } & Signatures)[]
  plaintext: { consumer_secret: string; token_secret: string; signature: string; header_value?: string }[]
  rsa: ({ private_key_pem?: string; private_key_pem_of?: string; base_string: string } & Signatures)[]
  authorization_header: { params: ParameterPair[]; realm: string | null; out: string }[]
  placement: { rule: string }[]
}
type Signatures = Partial<Record<SignatureMethod, string>>

const file = readFileSync(new URL('../../../vectors.json', import.meta.url), 'utf8')
const vectors = (JSON.parse(file) as { oauth1: Vectors }).oauth1

const methods: SignatureMethod[] = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT']
const form = 'application/x-www-form-urlencoded'
const rsaKey = rsaKeyOf(0)
const keys: SigningKeys = { clientId: 'client', clientSecret: 'c&s', privateKey: rsaKey, token: 'tok', tokenSecret: 't s' }
const hmac: SigningOptions = { signatureMethod: 'HMAC-SHA1', timestamp: 1318622958, nonce: 'kYjzVBB8Y0' }
const get = (url: string): SigningRequest => ({ method: 'GET', url })
const home = get('https://api.test/')
const post = (type: string, body: string | Uint8Array): SigningRequest => ({
  method: 'POST',
  url: 'https://api.test/things',
  headers: { 'content-type': type },
  body,
})
const postForm = (body: string | Uint8Array): SigningRequest => post(form, body)

describe('the vectors', () => {
  test('are all here, none added and none skipped', () => {
    expect(Object.keys(vectors)).toEqual([
      'percent_encoding',
      'base_string_uri',
      'normalized_parameters',
      'hmac',
      'hmac_over_given_base_string',
      'plaintext',
      'rsa',
      'rsa_note',
      'authorization_header',
      'placement',
      'token_response',
      'callback',
    ])
    expect({
      encodings: vectors.percent_encoding.rows.length,
      uris: vectors.base_string_uri.rows.length,
      uriErrors: vectors.base_string_uri.errors.length,
      normalizations: vectors.normalized_parameters.length,
      hmac: vectors.hmac.length,
      wholeRequests: wholeRequests().length,
      givenBaseStrings: signaturesOf(vectors.hmac_over_given_base_string).length,
      plaintext: vectors.plaintext.length,
      plaintextHeaders: plaintextHeaders().length,
      rsa: signaturesOf(vectors.rsa).length,
      headers: vectors.authorization_header.length,
      placements: vectors.placement.length,
    }).toEqual({
      encodings: 8,
      uris: 9,
      uriErrors: 9,
      normalizations: 3,
      hmac: 13,
      wholeRequests: 8,
      givenBaseStrings: 5,
      plaintext: 4,
      plaintextHeaders: 2,
      rsa: 5,
      headers: 1,
      placements: 3,
    })
  })

  test.each(vectors.percent_encoding.rows)('$in is encoded as $out', (row) => {
    expect(percentEncode(row.in)).toBe(row.out)
  })

  test.each(vectors.base_string_uri.rows)('%s has the base string URI %s', (url, uri) => {
    expect(baseStringUri(url)).toBe(uri)
  })

  test.each(vectors.base_string_uri.errors)('"%s" has no base string URI', (url) => {
    expect(() => baseStringUri(url)).toThrow(/^Cannot sign a request to/)
    expect(() => signRequest(get(url), keys, hmac)).toThrow(/^Cannot sign a request to/)
  })

  test.each(vectors.normalized_parameters)('parameters are normalized as $out', ({ params, out }) => {
    const [, , normalized] = signatureBaseString('GET', 'http://example.com/', params).split('&')
    expect(decodeURIComponent(normalized ?? '')).toBe(out)
  })

  test.each(vectors.hmac)('$name: base string and signature', (row) => {
    const baseString = signatureBaseString(row.method, row.url, row.params_beyond_query)
    expect(baseString).toBe(row.base_string)
    expect(sign(baseString, secretsOf(row), row.signature_method)).toBe(row.signature)
  })

  test.each(wholeRequests())('$name: the whole request, in every placement that it permits', (row) => {
    const { request, keys, options } = wholeRequest(row)
    const placements = row.method === 'GET' ? (['header', 'query'] as const) : (['header', 'query', 'body'] as const)
    for (const signaturePlacement of placements) {
      expect(signatureOf(signRequest(request, keys, { ...options, signaturePlacement }))).toBe(row.signature)
    }
  })

  test.each(signaturesOf(vectors.hmac_over_given_base_string))('%s over a given base string', (method, signature, row) => {
    expect(sign(row.base_string, secretsOf(row), method)).toBe(signature)
  })

  test.each(vectors.plaintext)('PLAINTEXT signature $signature', (row) => {
    expect(sign('any', secretsOf(row), 'PLAINTEXT')).toBe(row.signature)
  })

  test.each(plaintextHeaders())('PLAINTEXT header value $header_value', (row) => {
    const signed = signRequest(home, secretsOf(row), { ...hmac, signatureMethod: 'PLAINTEXT' })
    expect(signed.headers['authorization']).toContain(row.header_value)
  })

  test.each(signaturesOf(vectors.rsa))('%s with a private key', (method, signature, row) => {
    const privateKey = rsaKeyOf(vectors.rsa.indexOf(row))
    expect(sign(row.base_string, { clientId: 'client', privateKey }, method)).toBe(signature)
    expect(sign(row.base_string, { clientId: 'client', privateKey: indented(privateKey) }, method)).toBe(signature)
  })

  test.each(vectors.authorization_header)('Authorization header of $source', ({ params, out }) => {
    const parameter = Object.fromEntries(params) as Record<string, string>
    const client = { clientId: parameter['oauth_consumer_key'] ?? '' }
    const { headers } = signRequest({ method: 'POST', url: 'https://provider.test' }, client, {
      signatureMethod: 'HMAC-SHA1',
      timestamp: Number(parameter['oauth_timestamp']),
      nonce: parameter['oauth_nonce'] ?? '',
    })
    expect(headers['authorization']).toBe(out)
  })

  describe('placement rules', () => {
    test("oauth_ parameters go after the request's own", () => {
      const inQuery = signRequest(get('https://api.test/?z=1'), keys, { ...hmac, signaturePlacement: 'query' })
      const inBody = signRequest(postForm('z=1'), keys, { ...hmac, signaturePlacement: 'body' })
      expect(inQuery.url).toMatch(/^https:\/\/api\.test\/\?z=1(&oauth_\w+=[^&]+)+$/)
      expect(inBody.body).toMatch(/^z=1(&oauth_\w+=[^&]+)+$/)
    })

    test.each(['HMAC-MD5', 'hmac-sha1', '', 'constructor', '__proto__'])('an unknown method "%s" is an error', (method) => {
      const signatureMethod = method as SignatureMethod
      expect(() => signRequest(home, keys, { ...hmac, signatureMethod })).toThrow(/Unknown signature method .* use one of/)
      expect(() => sign('base', keys, signatureMethod)).toThrow(/Unknown signature method/)
    })

    test('an unknown placement is an error', () => {
      const signaturePlacement = 'cookie' as 'header'
      expect(() => signRequest(home, keys, { ...hmac, signaturePlacement })).toThrow(/Unknown signature placement "cookie": use/)
    })

    test.each(['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'] as const)('%s without a usable key is an error', (signatureMethod) => {
      const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
      const attempt = (privateKey?: string) => () => signRequest(home, { clientId: 'client', privateKey }, { ...hmac, signatureMethod })
      expect(attempt()).toThrow(/signs with an RSA private key: pass it as privateKey/)
      expect(attempt('')).toThrow(/signs with an RSA private key: pass it as privateKey/)
      expect(attempt('SECRET, not PEM')).toThrow(/cannot be read: pass an unencrypted RSA private key in PEM$/)
      expect(attempt(elliptic.toString())).toThrow(/is of type ec: pass an RSA private key/)
    })

    test('a body that is not form-encoded is not signed; its hash is, on demand', () => {
      const json = post('application/json', '{"a":1}')
      const plain = signRequest(json, keys, hmac)
      expect(plain.headers).toEqual(signRequest({ ...json, body: '{"a":2}' }, keys, hmac).headers)
      expect(sentParameter(plain, 'oauth_body_hash')).toBeUndefined()

      const hashed = signRequest(json, keys, { ...hmac, bodyHash: true })
      expect(sentParameter(hashed, 'oauth_body_hash')).toBe('n4nHQM60bXQYySSnisV5QdXpZSA=')
      expect(hashed.body).toBe('{"a":1}')
    })
  })
})

describe('a server that reads only what was sent finds the signature valid', () => {
  const requests: [string, SigningRequest][] = [
    ['repeated query keys', get('https://api.test/?a=2&a=1&b=3')],
    ['empty values and valueless keys', get('https://api.test/?a=&b&=c&&d=%20')],
    ['the characters that encodeURIComponent leaves alone', get("https://api.test/?q=!*'()&!*'()=q")],
    ['text that is not ASCII', get('https://api.test/søk/検索?q=æøå 🎉&検=索')],
    ['plus and percent-encoded space', get('https://api.test/?q=a+b%20c%2Bd')],
    ['a percent sign that encodes nothing', get('https://api.test/?q=100%&r=%zz')],
    ['characters that a URL leaves alone, but a signature encodes', get('https://api.test/a|b;c=d/@:$,?q=[1]|{2}^`/?:@$,;~')],
    ['names that objects have', get('https://api.test/?__proto__=1&constructor=2&hasOwnProperty=3&toString')],
    ['an IPv6 host and a port', get('https://[2001:db8::1]:8443/path?a=1')],
    ['a default port and an upper-case host', get('HTTPS://API.Test:443/Path?A=b')],
    ['a fragment', get('https://api.test/path?a=1#top?b=2')],
    ['no path', get('https://api.test?a=1')],
    ['a form body as text', postForm('a=1')],
    ['a form body beside a query with the same key', { ...postForm('a=2&a=1'), url: 'https://api.test/?a=3&b=%2B' }],
    ['a form body with empty values, plus and UTF-8', postForm('a=&b&c=x+y%20z&d=%C3%A6&e=æ&&f=!*')],
    ['a form body that begins with a question mark', postForm('?a=1&b=2')],
    ['a form body as bytes', postForm(new TextEncoder().encode('a=1&b=æ+%C3%A6'))],
    ['an empty form body', postForm('')],
    ['a form body with charset and capitals', post('Application/X-WWW-Form-URLencoded ; charset=utf-8', 'a=1')],
    ['a JSON body', { ...post('application/json', '{"a":"b=c&d"}'), method: 'PUT' }],
    ['a multipart body', post('multipart/form-data; boundary=x', '--x')],
    ['a body without type', { method: 'PATCH', url: 'https://api.test/', body: 'a=1' }],
    ['a method in lower case', { method: 'delete', url: 'https://api.test/?a=1' }],
  ]

  test.each(requests)('with %s', (_name, request) => {
    for (const signatureMethod of methods) {
      for (const signaturePlacement of ['header', 'query', 'body'] as const) {
        if (signaturePlacement === 'body' && !takesBodyPlacement(request)) continue
        const parameters = { oauth_callback: "https://app.test/cb?x=1&y='ø'" }
        const options = { ...hmac, signatureMethod, signaturePlacement, parameters, bodyHash: true }
        expectValid(request.method, signRequest(request, keys, options), signatureMethod)
      }
    }
  })

  test('and a changed request finds it invalid', () => {
    const signed = signRequest(postForm('a=1'), keys, hmac)
    expect(() => expectValid('POST', { ...signed, body: 'a=2' }, 'HMAC-SHA1')).toThrow()
    expect(() => expectValid('POST', { ...signed, url: `${signed.url}?a=1` }, 'HMAC-SHA1')).toThrow()
    expect(() => expectValid('PUT', signed, 'HMAC-SHA1')).toThrow()
  })
})

describe('the base string', () => {
  test('takes repeated keys one by one, sorted by value', () => {
    expect(signatureBaseString('get', 'http://example.com/?a=2&a=1', [['a', '10']])).toBe(
      'GET&http%3A%2F%2Fexample.com%2F&a%3D1%26a%3D10%26a%3D2',
    )
  })

  test('sorts by encoded name, then by encoded value', () => {
    const pairs: ParameterPair[] = [
      ['a b', '1'],
      ['a!', '2'],
      ['aZ', '3'],
      ['ä', '4'],
      ['a', 'é'],
      ['a', 'z'],
    ]
    expect(signatureBaseString('GET', 'http://example.com/', pairs)).toBe(
      'GET&http%3A%2F%2Fexample.com%2F&%25C3%25A4%3D4%26a%3D%25C3%25A9%26a%3Dz%26a%2520b%3D1%26a%2521%3D2%26aZ%3D3',
    )
  })

  test("takes the parameters of the RFC's form body as the RFC lists them", () => {
    expect(bodyParameters(postForm('c2&a3=2+q'))).toEqual([
      ['c2', ''],
      ['a3', '2%20q'],
    ])
  })

  // Signatures computed by python-oauth2 in its test_sign_request, which hashes the absent body.
  test.each([
    ['http://sp.example.com/', 'DX01TdHws7OninCLK9VztNTH1M4='],
    ['http://sp.example.com/?q=’', 'IBw5mfvoCsDjgpcsVKbyvsDqQaU='],
  ])('of %s leads to the signature that others compute', (url, signature) => {
    const client = { clientId: 'con-test-key', clientSecret: 'con-test-secret' }
    const secrets = { ...client, token: 'tok-test-key', tokenSecret: 'tok-test-secret' }
    const nonce = '4572616e48616d6d65724c61686176'
    const options: SigningOptions = { signatureMethod: 'HMAC-SHA1', timestamp: 137131200, nonce, bodyHash: true }
    expect(signatureOf(signRequest(get(url), secrets, options))).toBe(signature)
  })
})

describe('the body hash', () => {
  // Hashes of draft-eaton-oauth-bodyhash, appendix A; signatures computed by python-oauth2, as the draft prints no secrets.
  test.each([
    ['PUT', 'Hello World!', 1236874155, '10288510250934', 'Lve95gjOVATpfV8EL5X4nxwjKHE=', 't+MX8l/0S8hdbVQL99nD0X1fPnM='],
    ['PUT', 'Hello World!', 1236874236, '10369470270925', 'Lve95gjOVATpfV8EL5X4nxwjKHE=', 'CTFmrqJIGT7NsWJ42OrujahTtTc='],
    ['GET', undefined, 1238395022, '8628868109991', '2jmj7l5rSw0yVb/vlWAYkK/YBwk=', 'Zhl++aWSP0O3/hYQ0CuBc7jv38I='],
  ])("of the draft's %s example with body %s at %s", (method, body, timestamp, nonce, hash, signature) => {
    const secrets = { clientId: 'consumer', clientSecret: 'con-test-secret', token: 'token' }
    const options: SigningOptions = { signatureMethod: 'HMAC-SHA1', timestamp, nonce, bodyHash: true }
    const request = { method, url: 'http://www.example.com/resource', headers: { 'content-type': 'text/plain' } }
    const asText = signRequest({ ...request, body }, secrets, options)
    expect(sentParameter(asText, 'oauth_body_hash')).toBe(hash)
    expect(signatureOf(asText)).toBe(signature)
    if (body === undefined) return
    const asBytes = signRequest({ ...request, body: new TextEncoder().encode(body) }, secrets, options)
    expect(asBytes.headers).toEqual(asText.headers)
  })

  test.each([
    ['HMAC-SHA1', 'Lve95gjOVATpfV8EL5X4nxwjKHE='],
    ['RSA-SHA256', 'f4OxZX/x/FO5LcGBSKHWXfwtSx+j1ncoSt3SABJtkGk='],
    ['HMAC-SHA512', 'hhhE1nBOhXP+w02WfiC8/vPUJM9IvgTm3AjyvVjHKXQzcQFerYkcw88cnTS0kmS1EHUbH/nlN5N7xGtdb/TsyA=='],
  ] as const)('uses the digest of %s', (signatureMethod, hash) => {
    const signed = signRequest(post('text/plain', 'Hello World!'), keys, { ...hmac, signatureMethod, bodyHash: true })
    expect(sentParameter(signed, 'oauth_body_hash')).toBe(hash)
  })

  test('is left out of form requests, whatever their placement', () => {
    const hashing: SigningOptions = { ...hmac, bodyHash: true }
    const vacant: SigningRequest = { method: 'POST', url: 'https://api.test/' }
    expect(sentParameter(signRequest(postForm('a=1'), keys, hashing), 'oauth_body_hash')).toBeUndefined()
    expect(sentParameter(signRequest(postForm(''), keys, hashing), 'oauth_body_hash')).toBeUndefined()
    const inBody = signRequest(vacant, keys, { ...hashing, signaturePlacement: 'body' })
    expect(sentParameter(inBody, 'oauth_body_hash')).toBeUndefined()
  })
})

describe('the Authorization header', () => {
  test('quotes and encodes names and values', () => {
    const { headers } = signRequest(home, { clientId: 'a"b, c=d' }, { ...hmac, parameters: { 'oauth_x"': 'ø' } })
    expect(headers['authorization']).toContain('oauth_consumer_key="a%22b%2C%20c%3Dd", oauth_x%22="%C3%B8", oauth_signature="')
  })

  test("holds none of the request's own parameters", () => {
    const { headers } = signRequest({ ...postForm('mine=1'), url: 'https://api.test/?yours=2' }, keys, hmac)
    expect(headers['authorization']).not.toMatch(/mine|yours/)
  })

  test('begins with the realm, quoted, which is not signed', () => {
    const realm = 'Photos "2" \\ C:'
    const plain = signRequest(home, keys, hmac).headers['authorization']
    const { headers } = signRequest(home, keys, { ...hmac, realm })
    expect(headers['authorization']).toBe(`OAuth realm="Photos \\"2\\" \\\\ C:", ${plain?.slice('OAuth '.length)}`)
  })

  test.each(['a\r\nx-evil: 1', 'ø'])('refuses the realm %j, which no header can carry', (realm) => {
    expect(() => signRequest(home, keys, { ...hmac, realm })).toThrow(/realm must be printable ASCII/)
  })

  test('is the only place for a realm', () => {
    const inQuery: SigningOptions = { ...hmac, signaturePlacement: 'query' }
    expect(signRequest(home, keys, { ...inQuery, realm: 'r' })).toEqual(signRequest(home, keys, inQuery))
  })

  test("comes in beside the request's headers", () => {
    const { headers } = signRequest({ ...home, headers: { accept: 'text/html', authorization: 'old' } }, keys, hmac)
    expect(headers).toEqual({ accept: 'text/html', authorization: expect.stringMatching(/^OAuth oauth_nonce=/) })
  })

  test('leaves out the token of a request without one, and sends an empty one if told', () => {
    expect(sentParameter(signRequest(home, { clientId: 'c' }, hmac), 'oauth_token')).toBeUndefined()
    expect(sentParameter(signRequest(home, { clientId: 'c', token: '' }, hmac), 'oauth_token')).toBe('')
  })
})

describe('query placement', () => {
  const inQuery: SigningOptions = { ...hmac, signaturePlacement: 'query' }

  test.each([
    ['https://api.test/p', 'https://api.test/p?oauth_'],
    ['https://api.test/p?', 'https://api.test/p?oauth_'],
    ['https://api.test/p?b=2&a=1', 'https://api.test/p?b=2&a=1&oauth_'],
    ['https://api.test/p?b=2&', 'https://api.test/p?b=2&oauth_'],
    ['https://api.test/p?a%5Bx%5D=1+2%20%c3&b', 'https://api.test/p?a%5Bx%5D=1+2%20%c3&b&oauth_'],
    ['https://api.test/p?a=1#part', 'https://api.test/p?a=1&oauth_'],
  ])('leaves the query of %s as it stands', (url, start) => {
    const signed = signRequest(get(url), keys, inQuery)
    expect(signed.url.startsWith(start)).toBe(true)
    expect(signed.url).not.toContain('#')
    expect(signed.headers).toEqual({})
  })

  test('of the vectors gives the URL that others give', () => {
    const row = wholeRequests().find(({ name }) => name === 'oauthlib query placement')
    if (row === undefined) throw new Error('the vector is gone')
    const { request, keys, options } = wholeRequest(row)
    const { url } = signRequest(request, keys, { ...options, signaturePlacement: 'query' })
    expect(url).toBe(
      'http://i.b/path?oauth_nonce=14205877133089081931378988215&oauth_timestamp=1378988215'
        + '&oauth_version=1.0&oauth_signature_method=HMAC-SHA1&oauth_consumer_key=client_key'
        + '&oauth_signature=08G5Snvw%2BgDAzBF%2BCmT5KqlrPKo%3D',
    )
  })
})

describe('body placement', () => {
  const inBody: SigningOptions = { ...hmac, signaturePlacement: 'body' }

  test('appends to a form body, text to text and bytes to bytes', () => {
    const text = signRequest(postForm('a=%C3%A6'), keys, inBody)
    const bytes = signRequest(postForm(new TextEncoder().encode('a=%C3%A6')), keys, inBody)
    expect(text.body).toMatch(/^a=%C3%A6&oauth_nonce=/)
    expect(text.url).toBe('https://api.test/things')
    expect(text.headers).toEqual({ 'content-type': form })
    expect(bytes.body).toBeInstanceOf(Uint8Array)
    expect(new TextDecoder().decode(bytes.body as Uint8Array)).toBe(text.body)
  })

  test('makes a form of a request that has nothing to send', () => {
    const signed = signRequest({ method: 'POST', url: 'https://api.test/' }, keys, inBody)
    expect(signed.headers).toEqual({ 'content-type': form })
    expect(signed.body).toMatch(/^oauth_nonce=.*&oauth_signature=/)
  })

  test.each(['GET', 'head', 'DELETE'])('refuses a %s request, which has no body', (method) => {
    expect(() => signRequest({ ...postForm('a=1'), method }, keys, inBody)).toThrow(
      /has no body to place the signature in: use the header or the query/,
    )
  })

  test.each([
    ['application/json', '{}'],
    ['text/plain', ''],
    [undefined, 'a=1'],
  ])('refuses a body of type %s', (type, body) => {
    const request = { ...postForm(body), headers: type === undefined ? {} : { 'content-type': type } }
    expect(() => signRequest(request, keys, inBody)).toThrow(/fits only into a body of type application\/x-www-form-urlencoded/)
  })
})

describe('what was signed is what is sent', () => {
  test.each([
    ['http://EXAMPLE.com:80/r v/X?q=a b"c\'', 'http://example.com/r%20v/X?q=a%20b%22c%27'],
    ['https://münchen.test/a/../b', 'https://xn--mnchen-3ya.test/b'],
    ['https://api.test#x', 'https://api.test/'],
  ])('%s becomes %s, and stays so', (url, sent) => {
    const signed = signRequest(get(url), keys, hmac)
    expect(signed.url).toBe(sent)
    expect(new URL(signed.url).href).toBe(sent)
    expect(signRequest(get(sent), keys, hmac)).toEqual(signed)
  })

  test('nothing given is changed', () => {
    const body = new TextEncoder().encode('a=1')
    const request = { ...postForm(body), headers: Object.freeze({ 'content-type': form }) }
    const parameters = Object.freeze({ oauth_verifier: 'v' })
    for (const signaturePlacement of ['header', 'query', 'body'] as const) {
      const options = Object.freeze({ ...hmac, signaturePlacement, parameters })
      signRequest(Object.freeze(request), Object.freeze({ ...keys }), options)
    }
    expect(request).toEqual(postForm(new TextEncoder().encode('a=1')))
    const pairs: ParameterPair[] = [
      ['b', 'ø'],
      ['a', '!'],
    ]
    signatureBaseString('GET', 'http://example.com/', pairs)
    expect(pairs).toEqual([
      ['b', 'ø'],
      ['a', '!'],
    ])
  })

  test('the same input gives the same output', () => {
    for (const signatureMethod of methods) {
      const options = { ...hmac, signatureMethod }
      expect(signRequest(postForm('a=1'), keys, options)).toEqual(signRequest(postForm('a=1'), keys, options))
    }
  })

  test('the deprecated url.parse is not called', () => {
    const parse = jest.spyOn(createRequire(import.meta.url)('url') as { parse: () => unknown }, 'parse')
    signRequest(get('https://api.test/?a=1'), keys, hmac)
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
  })
})

describe('refused, with cause and cure', () => {
  test.each(['http://api.test/', 'http://127.0.0.1.evil.test/', 'http://localhost.test/', 'http://128.0.0.1/'])(
    'PLAINTEXT to %s',
    (url) => {
      expect(() => signRequest(get(`${url}?secret=1`), keys, { ...hmac, signatureMethod: 'PLAINTEXT' })).toThrow(
        `PLAINTEXT would send the secrets readable to ${url.slice(0, -1)}: use https, or another signature method`,
      )
    },
  )

  test.each(['https://api.test/', 'http://127.0.0.1:3000/', 'http://127.8.9.1/', 'http://localhost:3000/', 'http://[::1]:3000/'])(
    'but not PLAINTEXT to %s',
    (url) => {
      expect(signatureOf(signRequest(get(url), keys, { ...hmac, signatureMethod: 'PLAINTEXT' }))).toBe('c%26s&t%20s')
    },
  )

  test.each([
    ['/me?access=secret', '"/me": it is not an absolute URL; pass it with scheme and host'],
    ['ftp://user:secret@host/?a=secret', '"ftp://host/": OAuth 1.0a signs http and https URLs only; pass one of those'],
    ['http://user:secret@host:BAD/#secret', '"http://host:BAD/": it is not an absolute URL; pass it with scheme and host'],
  ])('the URL %s, without repeating its secrets', (url, message) => {
    expect(() => signRequest(get(url), keys, hmac)).toThrow(`Cannot sign a request to ${message}`)
  })

  test.each([1318622958.5, Number.NaN, 0, -1])('the timestamp %s', (timestamp) => {
    expect(() => signRequest(home, keys, { ...hmac, timestamp })).toThrow(/pass whole seconds since 1970/)
  })

  test.each(['scope', 'realm', 'Oauth_callback'])("the further parameter %s, which is none of the protocol's", (name) => {
    expect(() => signRequest(home, keys, { ...hmac, parameters: { [name]: 'x' } })).toThrow(/is not an OAuth parameter/)
  })

  test.each(['oauth_signature', 'oauth_nonce', 'oauth_token', 'oauth_version'])('the further parameter %s, which signing sets', (name) => {
    expect(() => signRequest(home, keys, { ...hmac, parameters: { [name]: 'x' } })).toThrow(/is set by the signing itself/)
  })

  test.each(['oauth_signature', 'oauth_nonce', 'oauth_verifier'])('a request that already holds %s', (name) => {
    const options = { ...hmac, parameters: { oauth_verifier: 'v' } }
    const message = `The request already holds "${name}", which signing adds: take it out of the query or body`
    expect(() => signRequest(get(`https://api.test/?${name}=x`), keys, options)).toThrow(message)
    expect(() => signRequest(postForm(`${name}=x`), keys, options)).toThrow(message)
  })

  test('half a surrogate pair', () => {
    expect(() => percentEncode('\ud800')).toThrow(/half a surrogate pair: pass well-formed Unicode/)
    expect(() => percentEncode('(\ud800)')).toThrow(/half a surrogate pair/)
  })
})

test('private keys are told apart, and more of them than are kept still sign', () => {
  const other = rsaKeyOf(2)
  const first = sign('base', { clientId: 'c', privateKey: rsaKey }, 'RSA-SHA256')
  const variants = Array.from({ length: 120 }, (_, index) => other + '\n'.repeat(index))
  expect(new Set(variants.map((privateKey) => sign('base', { clientId: 'c', privateKey }, 'RSA-SHA256'))).size).toBe(1)
  expect(sign('base', { clientId: 'c', privateKey: other }, 'RSA-SHA256')).not.toBe(first)
  expect(sign('base', { clientId: 'c', privateKey: rsaKey }, 'RSA-SHA256')).toBe(first)
})

function rsaKeyOf(index: number): string {
  const row = vectors.rsa[index]
  if (row?.private_key_pem_of === 'the row above') return rsaKeyOf(index - 1)
  if (row?.private_key_pem === undefined) throw new Error(`no private key in row ${index}`)
  return row.private_key_pem
}

function indented(pem: string): string {
  return `\n${pem
    .split('\n')
    .map((line) => `    ${line}\t`)
    .join('\r\n')}\n`
}

function secretsOf(row: { consumer_secret: string; token_secret: string }): SigningKeys {
  return { clientId: 'client', clientSecret: row.consumer_secret, tokenSecret: row.token_secret }
}

function signaturesOf<Row extends Signatures>(rows: Row[]): [SignatureMethod, string, Row][] {
  return rows.flatMap((row) =>
    methods.flatMap((method): [SignatureMethod, string, Row][] => {
      const signature = row[method]
      return signature === undefined ? [] : [[method, signature, row]]
    }),
  )
}

function plaintextHeaders(): Vectors['plaintext'] {
  return vectors.plaintext.filter((row) => row.header_value !== undefined)
}

// signRequest always sends oauth_version and a numeric timestamp: the other rows are checked by their base string alone.
function wholeRequests(): Vectors['hmac'] {
  return vectors.hmac.filter((row) => {
    const protocol = new Map(row.params_beyond_query)
    return protocol.has('oauth_version') && Number(protocol.get('oauth_timestamp')) > 0
  })
}

function wholeRequest(row: Vectors['hmac'][number]): { request: SigningRequest; keys: SigningKeys; options: SigningOptions } {
  const protocol = new Map(row.params_beyond_query)
  const body = new URLSearchParams(row.params_beyond_query.filter(([name]) => !name.startsWith('oauth_'))).toString()
  return {
    request: { method: row.method, url: row.url, ...(body === '' ? {} : { headers: { 'content-type': form }, body }) },
    keys: { ...secretsOf(row), clientId: protocol.get('oauth_consumer_key') ?? '', token: protocol.get('oauth_token') },
    options: {
      signatureMethod: row.signature_method,
      timestamp: Number(protocol.get('oauth_timestamp')),
      nonce: protocol.get('oauth_nonce') ?? '',
    },
  }
}

function takesBodyPlacement(request: SigningRequest): boolean {
  return request.method === 'POST' && request.headers?.['content-type']?.toLowerCase().startsWith(form) === true
}

function signatureOf(signed: SignedRequest): string {
  return sentParameter(signed, 'oauth_signature') ?? ''
}

function sentParameter(signed: SignedRequest, name: string): string | undefined {
  return sentPairs(signed).find(([sent]) => sent === name)?.[1]
}

function sentPairs({ url, headers, body }: SignedRequest): ParameterPair[] {
  const inHeader = [...(headers['authorization'] ?? '').matchAll(/(?:OAuth |, )([^=]+)="([^"]*)"/g)].map(
    ([, name, value]): ParameterPair => [decode(name ?? ''), decode(value ?? '')],
  )
  const isForm = headers['content-type']?.toLowerCase().startsWith(form) === true
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return [...inHeader, ...formPairs(/\?(.*)$/.exec(url)?.[1] ?? ''), ...formPairs(isForm ? text : '')]
}

function formPairs(text: string): ParameterPair[] {
  return text
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [name = '', ...value] = piece.replaceAll('+', ' ').split('=')
      return [decode(name), decode(value.join('='))]
    })
}

// A percent sign without two hexadecimal digits stands for itself.
function decode(text: string): string {
  return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))
}

/** The server's part, written without the code under test: verifies a request from its method, URL, headers and body. */
function expectValid(method: string, signed: SignedRequest, signatureMethod: SignatureMethod): void {
  const encode = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[\w.~-]/.test(String.fromCharCode(byte)) && byte < 128
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('')
  const pairs = sentPairs(signed)
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
  const sorted = pairs.sort(
    ([nameA, valueA], [nameB, valueB]) =>
      Buffer.compare(Buffer.from(nameA), Buffer.from(nameB)) || Buffer.compare(Buffer.from(valueA), Buffer.from(valueB)),
  )
  const [uri = ''] = signed.url.split('?')
  const baseString = [method.toUpperCase(), uri, sorted.map((pair) => pair.join('=')).join('&')].map(encode).join('&')

  const signature = signatureOf(signed)
  const secrets = `${encode('c&s')}&${encode('t s')}`
  const digest = signatureMethod.split('-')[1] ?? ''
  if (signatureMethod.startsWith('RSA')) {
    expect(createVerify(digest).update(baseString).verify(rsaKey, signature, 'base64')).toBe(true)
  } else {
    expect(signature).toBe(digest === '' ? secrets : createHmac(digest, secrets).update(baseString).digest('base64'))
  }
}
