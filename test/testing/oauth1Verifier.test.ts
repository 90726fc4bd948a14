import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Oauth1Client, Oauth1Request, Parameter } from '../../testing/oauth1Verifier.js'
import { header, now, signed, verifier } from './oauth1Requests.js'

describe('what is refused', () => {
  test('a verifier is not made from what is no origin, or with a method that nobody knows', () => {
    expect(() => verifier({ origin: 'example.com' })).toThrow(TypeError)
    expect(() => verifier({ origin: 'ftp://example.com' })).toThrow(TypeError)
    expect(() => verifier({ signatureMethods: ['HMAC-MD5'] })).toThrow('unknown signature method: HMAC-MD5')
  })

  test('a request as it should be is verified, whatever the case of the scheme and the spaces between parameters', () => {
    const {
      headers: { authorization },
      ...request
    } = signed({})
    for (const spelling of [authorization, authorization.replace('OAuth', 'oAUTH'), authorization.replaceAll(', ', ' ,\t')]) {
      expect(verifier()({ ...request, headers: { authorization: spelling } })).toMatchObject({ ok: true })
    }
  })

  test('a request without any credentials is challenged with 401, a request that lacks a few with 400', () => {
    const verify = verifier()
    expect(verify({ method: 'GET', url: '/photos', headers: {} })).toMatchObject({ problem: 'parameter_absent', status: 401 })
    expect(verify({ method: 'GET', url: '/photos', headers: { authorization: 'Bearer abc' } })).toMatchObject({ status: 401 })
    for (const name of ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature', 'oauth_timestamp', 'oauth_nonce']) {
      const lacking = { problem: 'parameter_absent', status: 400, parameters: [name] }
      expect(verify(signed({ omit: name }))).toMatchObject(lacking)
      expect(verify(signed({ change: { [name]: '' } }))).toMatchObject(lacking)
    }
    expect(verify(signed({}), () => 'secret')).toMatchObject({ problem: 'parameter_absent', parameters: ['oauth_token'] })
  })

  test('a changed method, path, query, host or secret makes the signature invalid, and the base string is told', () => {
    const request = signed({ url: '/photos?a=1' })
    const verify = verifier()
    const baseString: unknown = expect.stringContaining('&http%3A%2F%2Fapi.example.com%2Fphoto')
    expect(verify({ ...request, method: 'DELETE' })).toMatchObject({ problem: 'signature_invalid', status: 401, baseString })
    for (const url of ['/photo?a=1', '/photos?a=2', '/photos?a=1&a=1', '/photos']) {
      expect(verify({ ...request, url })).toMatchObject({ problem: 'signature_invalid', status: 401, baseString })
    }
    expect(verifier({ origin: 'http://api.example.org' })(request)).toMatchObject({ problem: 'signature_invalid' })
    expect(verify(signed({ secret: 'other' }))).toMatchObject({ problem: 'signature_invalid' })
    expect(verify(request)).toMatchObject({ ok: true })
  })

  test('an unknown client, an unknown method, another version and an unknown token have their own words', () => {
    const verify = verifier()
    const withChange = (change: Record<string, string>): unknown => verify(signed({ change }))
    expect(withChange({ oauth_consumer_key: 'x' })).toMatchObject({ problem: 'consumer_key_unknown', status: 401 })
    expect(withChange({ oauth_signature_method: 'hmac-sha1' })).toMatchObject({ problem: 'signature_method_rejected', status: 400 })
    expect(withChange({ oauth_version: '1.0a' })).toMatchObject({ problem: 'version_rejected', status: 400 })
    expect(withChange({ oauth_version: '' })).toMatchObject({ problem: 'version_rejected' })
    expect(withChange({ oauth_version: '1.0' })).toMatchObject({ ok: true })
    expect(withChange({ oauth_token: '' })).toMatchObject({ ok: true, token: '' })
    expect(withChange({ oauth_token: 'x' })).toMatchObject({ problem: 'parameter_rejected', parameters: ['oauth_token'] })
    expect(verify(signed({ change: { oauth_token: 'x' } }), () => undefined)).toMatchObject({ problem: 'token_rejected', status: 401 })
    expect(verifier({ signatureMethods: ['HMAC-SHA256'] })(signed({}))).toMatchObject({ problem: 'signature_method_rejected' })
  })

  test('a secret that is sent is refused before anything else is looked at', () => {
    expect(verifier()(signed({ change: { oauth_token_secret: 'oops' } }))).toMatchObject({
      problem: 'parameter_rejected',
      parameters: ['oauth_token_secret'],
    })
  })

  test('repeated parameters of the protocol, and such parameters in two places, are refused', () => {
    const verify = verifier()
    const request = signed({})
    const authorization = `${request.headers.authorization}, oauth_nonce="again"`
    const repeated = { problem: 'parameter_rejected', parameters: ['oauth_nonce'] }
    expect(verify({ ...request, headers: { authorization } })).toMatchObject(repeated)
    expect(verify({ ...request, url: '/photos?oauth_callback=oob' })).toMatchObject({ problem: 'parameter_rejected', status: 400 })
    const headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' }
    expect(verify({ ...request, headers, body: 'oauth_callback=oob' })).toMatchObject({ problem: 'parameter_rejected' })
    expect(verify({ ...request, headers: { authorization: [request.headers.authorization, 'OAuth x="y"'] } })).toMatchObject({
      problem: 'parameter_rejected',
    })
    expect(verify({ ...request, headers: { authorization: [request.headers.authorization] } })).toMatchObject({ ok: true })
  })

  test.each([
    ['a value without quotes', (text: string) => text.replace(/oauth_nonce="(.*?)"/, 'oauth_nonce=$1')],
    ['a character that is not encoded', (text: string) => text.replace('%2F', '/')],
    ['lower-case hexadecimal digits', (text: string) => text.replace('%2F', '%2f')],
    ['a character that is encoded without need', (text: string) => text.replace('"HMAC', '"%48MAC')],
    ['a lone percent sign', (text: string) => text.replace('"HMAC', '"%HMAC')],
    ['bytes that are not UTF-8', (text: string) => `${text}, x="%FF"`],
    ['a comma at the end', (text: string) => `${text},`],
    ['two commas', (text: string) => text.replace(', ', ',, ')],
    ['no comma', (text: string) => text.replace(', ', ' ')],
    ['a quote that stays open', (text: string) => text.slice(0, -1)],
  ])('a header with %s is refused', (_, change) => {
    const request = signed({ change: { x: '/' } })
    expect(verifier()(request)).toMatchObject({ ok: true })
    expect(verifier()({ ...request, headers: { authorization: change(request.headers.authorization) } })).toMatchObject({
      problem: 'parameter_rejected',
      status: 400,
    })
  })

  test('a query or a form that is not encoded properly is refused, and so is a target that is no path', () => {
    const verify = verifier()
    for (const url of ['/photos?a=%', '/photos?a=%C3', '/photos?a=é', '/photos?a= ', 'http://api.example.com/', 'photos', '']) {
      expect(verify({ ...signed({}), url })).toMatchObject({ problem: 'parameter_rejected' })
    }
    const request = signed({})
    const headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' }
    for (const body of ['a=%zz', 'a=é', 'a b=1', Buffer.from([0x61, 0x3d, 0xff]), 'a&'.repeat(20_000)]) {
      expect(verify({ ...request, headers, body })).toMatchObject({ problem: 'parameter_rejected' })
    }
  })

  test('a form counts by its media type alone: a charset may follow, another type is not read', () => {
    const body = 'tag=a&tag=%C3%A9+b&empty=&=&flag'
    const form: Parameter[] = [
      ['tag', 'a'],
      ['tag', 'é b'],
      ['empty', ''],
      ['', ''],
      ['flag', ''],
    ]
    const verify = verifier()
    for (const type of ['application/x-www-form-urlencoded', 'Application/X-WWW-Form-Urlencoded; charset=UTF-8']) {
      const request = signed({ form })
      const headers = { ...request.headers, 'content-type': type }
      expect(verify({ ...request, headers, body })).toMatchObject({ ok: true, form })
    }
    for (const type of ['application/json', 'application/x-www-form-urlencodedx', 'multipart/form-data; boundary=x']) {
      const request = signed({})
      const verified = verify({ ...request, headers: { ...request.headers, 'content-type': type }, body: `${body}\n` })
      expect(verified).toMatchObject({ ok: true, form: undefined })
    }
  })

  test('a timestamp is accepted for 300 seconds in both directions, and the refusal tells the bounds', () => {
    const verify = verifier()
    for (const offset of [-300, 300]) expect(verify(signed({ timestamp: now + offset }))).toMatchObject({ ok: true })
    for (const offset of [-301, 301]) {
      expect(verify(signed({ timestamp: now + offset }))).toMatchObject({
        problem: 'timestamp_refused',
        status: 401,
        acceptableTimestamps: [now - 300, now + 300],
      })
    }
    expect(verifier({ timestampWindow: 10 })(signed({ timestamp: now - 11 }))).toMatchObject({ problem: 'timestamp_refused' })
    for (const oauth_timestamp of ['0', '-1', '1.5', 'abc', `0${now}`, `${now} `, '9'.repeat(40)]) {
      const rejected = { problem: 'parameter_rejected', parameters: ['oauth_timestamp'] }
      expect(verify(signed({ change: { oauth_timestamp } }))).toMatchObject(rejected)
    }
  })

  test('PLAINTEXT needs no timestamp and no nonce, but https or a clear word', () => {
    const request = {
      method: 'GET',
      url: '/photos',
      headers: {
        authorization: header([
          ['oauth_consumer_key', 'key'],
          ['oauth_signature_method', 'PLAINTEXT'],
          ['oauth_signature', 'se%20cret&'],
        ]),
      },
    }
    expect(verifier()(request)).toMatchObject({ problem: 'signature_method_rejected' })
    for (const options of [{ allowInsecurePlaintext: true }, { origin: 'https://api.example.com' }]) {
      const verify = verifier(options)
      expect(verify(request)).toMatchObject({ ok: true })
      expect(verify(request)).toMatchObject({ ok: true })
      const wrong = { ...request, headers: { authorization: request.headers.authorization.replace('cret', 'cre') } }
      const refused = verify(wrong)
      expect(refused).toMatchObject({ problem: 'signature_invalid' })
      expect(refused).not.toHaveProperty('baseString')
    }
  })

  test('a client with nothing but a key pair can use RSA only, and the empty secret opens nothing', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const client: Oauth1Client = { clientId: 'key', clientSecret: '', publicKey: pem }
    const verify = verifier({ findClient: () => client })
    for (const [method, hash] of [
      ['RSA-SHA1', 'sha1'],
      ['RSA-SHA256', 'sha256'],
      ['RSA-SHA512', 'sha512'],
    ] as const) {
      const request = signed({ method, by: (base) => sign(hash, Buffer.from(base), privateKey).toString('base64') })
      expect(verify({ ...request, url: '/other' })).toMatchObject({ problem: 'signature_invalid' })
      expect(verify(request)).toMatchObject({ ok: true })
    }
    expect(verify(signed({ secret: '' }))).toMatchObject({ problem: 'signature_method_rejected' })
    expect(verifier()(signed({ method: 'RSA-SHA1' }))).toMatchObject({ problem: 'signature_method_rejected' })
  })

  test('oauth_body_hash is verified with the hash of the method, and refused beside a form', () => {
    const verify = verifier()
    const body = '{"name":"é"}'
    for (const [method, hash] of [
      ['HMAC-SHA1', 'sha1'],
      ['HMAC-SHA256', 'sha256'],
      ['HMAC-SHA512', 'sha512'],
    ] as const) {
      const make = (type: string): Oauth1Request => {
        const request = signed({ method, change: { oauth_body_hash: createHash(hash).update(body).digest('base64') } })
        return { ...request, headers: { ...request.headers, 'content-type': type }, body }
      }
      expect(verify(make('application/json'))).toMatchObject({ ok: true })
      expect(verify({ ...make('application/json'), body: `${body} ` })).toMatchObject({ problem: 'signature_invalid', status: 401 })
      expect(verify({ ...make('application/x-www-form-urlencoded'), body: '' })).toMatchObject({ problem: 'parameter_rejected' })
    }
    const empty = signed({ change: { oauth_body_hash: createHash('sha1').digest('base64') } })
    expect(verify(empty)).toMatchObject({ ok: true })
  })
})

describe('replays', () => {
  test('a nonce is refused when it comes again with its timestamp, client and token, and only then', () => {
    const verify = verifier()
    const request = signed({ nonce: 'n', change: { oauth_token: 'a' } })
    const secret = (): string => ''
    expect(verify(request, secret)).toMatchObject({ ok: true })
    expect(verify(request, secret)).toMatchObject({ problem: 'nonce_used', status: 401 })
    expect(verify(signed({ nonce: 'n', change: { oauth_token: 'b' } }), secret)).toMatchObject({ ok: true })
    expect(verify(signed({ nonce: 'n', timestamp: now + 1, change: { oauth_token: 'a' } }), secret)).toMatchObject({ ok: true })
    expect(verify(signed({ nonce: 'n', clientId: 'other', change: { oauth_token: 'a' } }), secret)).toMatchObject({ ok: true })
  })

  test('a forged request does not use up the nonce of the real one', () => {
    const verify = verifier()
    expect(verify(signed({ nonce: 'n', secret: 'guess' }))).toMatchObject({ problem: 'signature_invalid' })
    expect(verify(signed({ nonce: 'n' }))).toMatchObject({ ok: true })
  })

  test('a full memory lets no replay in, and does not lock out who signs with the present time', () => {
    let seconds = now
    const verify = verifier({ rememberedNonces: 50, clock: () => seconds * 1000 })
    const first = signed({ nonce: 'first' })
    expect(verify(first)).toMatchObject({ ok: true })
    for (let count = 0; count < 200; count += 1) {
      seconds = now + Math.floor(count / 10)
      expect(verify(signed({ timestamp: seconds }))).toMatchObject({ ok: true })
    }
    expect(verify(first)).toMatchObject({ problem: 'nonce_used' })
    expect(verify(signed({ timestamp: now + 10 }))).toMatchObject({ problem: 'nonce_used' })
    expect(verify(signed({ timestamp: now + 18 }))).toMatchObject({ ok: true })
    expect(verify(signed({ clientId: 'other', timestamp: now }))).toMatchObject({ ok: true })
  })

  test('what is too old to be accepted is forgotten, and takes no room from what is new', () => {
    let seconds = now
    const verify = verifier({ rememberedNonces: 2, clock: () => seconds * 1000 })
    for (const later of [0, 301, 602]) {
      seconds = now + later
      expect(verify(signed({ timestamp: seconds }))).toMatchObject({ ok: true })
      expect(verify(signed({ timestamp: seconds }))).toMatchObject({ ok: true })
    }
    expect(verify(signed({ timestamp: now + 301 }))).toMatchObject({ problem: 'timestamp_refused' })
    seconds = now
    expect(verify(signed({ timestamp: now }))).toMatchObject({ ok: true })
  })
})
