import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  baseStringUri,
  createOauth1Verifier,
  normalizeParameters,
  percentEncode,
  signatureBaseString,
  signatureMatches,
  type Oauth1Request,
  type Parameter,
} from '../../testing/oauth1Verifier.js'
import { encodeForm, header } from './oauth1Requests.js'
import { oauth1 } from './oauth1Vectors.js'

describe('the parts of a signature, over the collected vectors', () => {
  test.each(oauth1.percent_encoding.rows)('$in is percent-encoded as $out', (row) => {
    expect(percentEncode(row.in)).toBe(row.out)
  })

  test('the five characters that encodeURIComponent leaves alone are encoded', () => {
    expect(percentEncode("!*'()")).toBe('%21%2A%27%28%29')
  })

  test.each(oauth1.base_string_uri.rows)('the base string URI of %s is %s', (url, expected) => {
    expect(baseStringUri(url)).toBe(expected)
  })

  test.each([...oauth1.base_string_uri.errors, 'ftp://example.com/', 'http://exa mple.com/', '//example.com/'])(
    'there is no base string URI of %j',
    (url) => {
      expect(() => baseStringUri(url)).toThrow(TypeError)
    },
  )

  test('a path stays as it was sent: no dot segment is resolved and no encoding is changed', () => {
    expect(baseStringUri('http://example.com/a/../b/%7euser;v=1//c?x')).toBe('http://example.com/a/../b/%7euser;v=1//c')
  })

  test.each(oauth1.normalized_parameters)('parameters are normalized to $out', ({ params, out }) => {
    expect(normalizeParameters(params)).toBe(out)
  })

  test('parameters are sorted by encoded name, then by encoded value, and not by the joined text', () => {
    const parameters: Parameter[] = [
      ['a b', '1'],
      ['a', 'z'],
      ['a', '10'],
      ['a', '9'],
      ['é', ''],
      ['z', 'ä'],
      ['z', '~'],
    ]
    expect(normalizeParameters(parameters)).toBe('%C3%A9=&a=10&a=9&a=z&a%20b=1&z=%C3%A4&z=~')
  })

  test.each(oauth1.hmac)('$name: base string and signature are those of the vector', (row) => {
    const parameters = [...new URL(row.url).searchParams, ...row.params_beyond_query]
    expect(signatureBaseString(row.method, row.url, parameters)).toBe(row.base_string)
    const keys = { clientSecret: row.consumer_secret, tokenSecret: row.token_secret }
    expect(signatureMatches(row.signature_method, row.base_string, row.signature, keys)).toBe(true)
    expect(signatureMatches(row.signature_method, `${row.base_string}x`, row.signature, keys)).toBe(false)
    expect(signatureMatches(row.signature_method, row.base_string, row.signature, { ...keys, tokenSecret: 'x' })).toBe(false)
  })

  test.each(oauth1.hmac_over_given_base_string)('every signature over the base string of $source is accepted', (row) => {
    const keys = { clientSecret: row.consumer_secret, tokenSecret: row.token_secret }
    for (const method of ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'PLAINTEXT'] as const) {
      const signature = row[method]
      if (signature === undefined) continue
      expect(signatureMatches(method, row.base_string, signature, keys)).toBe(true)
      expect(signatureMatches(method, row.base_string, signature.toLowerCase(), keys)).toBe(false)
    }
  })

  test.each(oauth1.plaintext)('the PLAINTEXT signature $signature is accepted', (row) => {
    const keys = { clientSecret: row.consumer_secret, tokenSecret: row.token_secret }
    expect(signatureMatches('PLAINTEXT', '', row.signature, keys)).toBe(true)
    expect(signatureMatches('PLAINTEXT', '', `${row.signature}x`, keys)).toBe(false)
    if (row.header_value) expect(row.header_value).toBe(`oauth_signature="${percentEncode(row.signature)}"`)
  })

  const rsaRows = oauth1.rsa.map((row, index) => ({ ...row, index }))
  test.each(rsaRows)('RSA row $index: signatures are accepted, and only with their key', (row) => {
    const pem = row.private_key_pem ?? oauth1.rsa[0]?.private_key_pem ?? ''
    const publicKey = createPublicKey(createPrivateKey(pem))
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const keys = { clientSecret: '', tokenSecret: '' }
    for (const method of ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'] as const) {
      const signature = row[method]
      if (signature === undefined) continue
      expect(signatureMatches(method, row.base_string, signature, { ...keys, publicKey })).toBe(true)
      expect(signatureMatches(method, `${row.base_string}x`, signature, { ...keys, publicKey })).toBe(false)
      expect(signatureMatches(method, row.base_string, `${signature}=`, { ...keys, publicKey })).toBe(false)
      expect(signatureMatches(method, row.base_string, signature, { ...keys, publicKey: other })).toBe(false)
      expect(signatureMatches(method, row.base_string, signature, keys)).toBe(false)
    }
  })

  test('a key of another kind verifies nothing, even where its signature is right', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const signature = sign('sha256', Buffer.from('text'), privateKey).toString('base64')
    expect(signatureMatches('RSA-SHA256', 'text', signature, { clientSecret: '', tokenSecret: '', publicKey })).toBe(false)
  })
})

describe('a whole request', () => {
  const whole = oauth1.hmac.filter(({ params_beyond_query: pairs }) => {
    return pairs.some(([name, value]) => name === 'oauth_timestamp' && /^\d+$/.test(value))
  })

  test('almost all rows can be sent as whole requests', () => {
    expect(whole).toHaveLength(oauth1.hmac.length - 2)
  })

  test.each(whole)('$name is verified in header, body and query', (row) => {
    const url = new URL(row.url)
    const target = url.pathname + url.search
    const signed: Parameter[] = [...row.params_beyond_query, ['oauth_signature', row.signature]]
    const protocol = signed.filter(([name]) => name.startsWith('oauth_'))
    const other = signed.filter(([name]) => !name.startsWith('oauth_'))
    const verifyOnce = (request: Partial<Oauth1Request>): unknown => {
      const hasToken = protocol.some(([name]) => name === 'oauth_token')
      const verify = createOauth1Verifier({
        origin: url.origin,
        clock: () => Number(protocol.find(([name]) => name === 'oauth_timestamp')?.[1]) * 1000,
        findClient: (clientId) => ({ clientId, clientSecret: row.consumer_secret }),
      })
      const findTokenSecret = hasToken ? () => row.token_secret : undefined
      return verify({ method: row.method, url: target, headers: {}, ...request }, findTokenSecret).ok
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(verifyOnce({ headers: { ...form, authorization: header(protocol) }, body: encodeForm(other) })).toBe(true)
    expect(verifyOnce({ headers: form, body: encodeForm([...other, ...protocol]) })).toBe(true)
    const query = `${url.search === '' ? '?' : `${url.search}&`}${encodeForm(protocol)}`
    expect(verifyOnce({ headers: form, url: url.pathname + query, body: encodeForm(other) })).toBe(true)
    const changed = `${target}${url.search ? '&' : '?'}added=1`
    expect(verifyOnce({ headers: { authorization: header(protocol) }, url: changed })).toBe(false)
  })

  test('the header of the vector is read as it stands', () => {
    const [row] = oauth1.authorization_header
    const verify = createOauth1Verifier({
      origin: 'https://provider.test',
      clock: () => 123_000,
      findClient: () => ({ clientId: 'foo', clientSecret: '' }),
    })
    expect(verify({ method: 'POST', url: '/', headers: { authorization: row?.out } }).ok).toBe(true)
  })

  test('the example of RFC 5849 is verified with the body as the RFC prints it', () => {
    const row = oauth1.hmac.find(({ name }) => name === 'RFC 3.4.1 body + query example')
    if (!row) throw new Error('the vector is missing')
    const protocol: Parameter[] = row.params_beyond_query.filter(([name]) => name.startsWith('oauth_'))
    const verified = createOauth1Verifier({
      origin: 'http://example.com',
      clock: () => 137131201_000,
      findClient: (clientId) => ({ clientId, clientSecret: row.consumer_secret }),
    })(
      {
        method: 'POST',
        url: '/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
        headers: {
          authorization: header([...protocol, ['oauth_signature', row.signature]], 'Example, with "quotes"'),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'c2&a3=2+q',
      },
      () => row.token_secret,
    )
    expect(verified).toMatchObject({
      ok: true,
      token: 'kkk9d7dh3k39sjv7',
      query: [
        ['b5', '=%3D'],
        ['a3', 'a'],
        ['c@', ''],
        ['a2', 'r b'],
      ],
      form: [
        ['c2', ''],
        ['a3', '2 q'],
      ],
    })
  })
})
