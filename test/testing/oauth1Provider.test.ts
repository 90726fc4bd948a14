import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { people } from '../../testing/people.js'
import { accessToken, authorizeAtOnce, call, callback, client, decide, post, requestToken, start } from './oauth1Client.js'

describe('three legs', () => {
  test('by the page: a person is chosen, and the tokens open the API', async () => {
    const provider = await start()
    const temporary = await requestToken(provider)
    expect(temporary['oauth_callback_confirmed']).toBe('true')

    const shown = await fetch(`${provider.authorizationEndpoint}?oauth_token=${temporary.token}`)
    const html = await shown.text()
    expect(shown.status).toBe(200)
    expect(html).toContain('Notes &#38; &#60;b&#62;Co&#60;/b&#62;')
    for (const person of people) expect(html).toContain(`value="${person.id}"`)
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(shown.headers.get('cache-control')).toBe('no-store')

    const location = await decide(provider, { oauth_token: temporary.token, person: 'grace-id' })
    expect(location.href.startsWith(`${callback}&oauth_token=${temporary.token}&oauth_verifier=`)).toBe(true)
    expect(location.searchParams.get('oauth_verifier')).toMatch(/^[\w-]{32}$/)

    const access = await accessToken(provider, temporary, location.searchParams.get('oauth_verifier'))
    expect(access).toMatchObject({ status: 200, user_id: 'grace-id', screen_name: 'grace' })
    expect(access.token).not.toBe(temporary.token)
    const me = await call(provider, 'GET', '/api/me', { token: access })
    expect(me.status).toBe(200)
    expect(me.json).toEqual({
      id: 'grace-id',
      screen_name: 'grace',
      name: 'Grace Sample',
      email: 'grace@example.org',
      profile_image_url: `${provider.origin}/avatars/grace-id.svg`,
      location: 'United States',
    })
  })

  test('by signInAs: the same without a page', async () => {
    const provider = await start({ signInAs: 'linus-id' })
    const temporary = await requestToken(provider)
    const access = await accessToken(provider, temporary, await authorizeAtOnce(provider, temporary))
    expect(access).toMatchObject({ status: 200, user_id: 'linus-id' })
    await expect(start({ signInAs: 'nobody' })).rejects.toThrow('nobody has the id nobody')
  })

  test('the secrets and the verifier are fresh in each login', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const seen = new Set<unknown>()
    for (let round = 0; round < 3; round += 1) {
      const temporary = await requestToken(provider)
      const verifier = await authorizeAtOnce(provider, temporary)
      const access = await accessToken(provider, temporary, verifier)
      for (const value of [temporary.token, temporary.tokenSecret, verifier, access.token, access.tokenSecret]) seen.add(value)
    }
    expect(seen.size).toBe(15)
  })

  test('who cancels is sent back with the request token as denied, and the token is gone', async () => {
    const provider = await start()
    const temporary = await requestToken(provider)
    const location = await decide(provider, { oauth_token: temporary.token, deny: '1' })
    expect(location.href).toBe(`${callback}&denied=${temporary.token}`)
    expect((await fetch(`${provider.authorizationEndpoint}?oauth_token=${temporary.token}`)).status).toBe(400)
    expect(await accessToken(provider, temporary, 'x')).toMatchObject({ status: 401, oauth_problem: 'token_rejected' })
  })

  test('out of band, the verifier is a number on a page, and cancelling is a page as well', async () => {
    const provider = await start()
    const temporary = await requestToken(provider, 'oob')
    const page = await post(provider.authorizationEndpoint, { oauth_token: temporary.token, person: 'ada-id' })
    expect(page.status).toBe(200)
    const pin = /<p id="pin"[^>]*>(\d{7})<\/p>/.exec(await page.text())?.[1]
    expect(await accessToken(provider, temporary, pin ?? '')).toMatchObject({ status: 200, user_id: 'ada-id' })

    const other = await requestToken(provider, 'oob')
    const denied = await post(provider.authorizationEndpoint, { oauth_token: other.token, deny: '1' })
    expect([denied.status, await denied.text()]).toEqual([200, expect.stringContaining('Nothing was shared')])
  })

  test('a client may be registered later, and sign with any method', async () => {
    const provider = await start({ clients: [] })
    expect(await requestToken(provider)).toMatchObject({ status: 401, oauth_problem: 'consumer_key_unknown' })
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    provider.registerClient({ ...client, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() })
    for (const method of ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512']) {
      const temporary = await requestToken(provider, callback, { method, privateKey })
      expect(temporary.status).toBe(200)
      const location = await decide(provider, { oauth_token: temporary.token, person: 'ada-id' })
      const verifier = location.searchParams.get('oauth_verifier')
      const access = await accessToken(provider, temporary, verifier, { method, privateKey })
      expect((await call(provider, 'GET', '/api/me', { token: access, method, privateKey })).status).toBe(200)
    }
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    expect(() => {
      provider.registerClient({ ...client, publicKey: elliptic })
    }).toThrow('not an RSA key')
  })

  test('PLAINTEXT is refused until it is named', async () => {
    const refusing = await start()
    expect(await requestToken(refusing, callback, { method: 'PLAINTEXT' })).toMatchObject({
      status: 400,
      oauth_problem: 'signature_method_rejected',
    })
    const accepting = await start({ signatureMethods: ['PLAINTEXT'], signInAs: 'ada-id' })
    const temporary = await requestToken(accepting, callback, { method: 'PLAINTEXT' })
    const verifier = await authorizeAtOnce(accepting, temporary)
    expect(await accessToken(accepting, temporary, verifier, { method: 'PLAINTEXT' })).toMatchObject({ status: 200 })
    expect(await requestToken(accepting)).toMatchObject({ oauth_problem: 'signature_method_rejected' })
    await expect(start({ signatureMethods: ['MD5'] })).rejects.toThrow('unknown signature method: MD5')
  })
})

describe('the token endpoints refuse', () => {
  test('a callback that is missing, relative, or of another scheme', async () => {
    const provider = await start()
    const absent = await call(provider, 'POST', '/oauth/request_token', {})
    expect([absent.status, absent.form['oauth_problem'], absent.form['oauth_parameters_absent']]).toEqual([
      400,
      'parameter_absent',
      'oauth_callback',
    ])
    for (const wrong of ['/callback', 'javascript:alert(1)', 'OOB', 'ftp://example.com/', 'http://', 'http:example.com']) {
      expect(await requestToken(provider, wrong)).toMatchObject({ status: 400, oauth_problem: 'parameter_rejected' })
    }
    expect(provider.requests).toHaveLength(7)
  })

  test('a wrong signature, with a challenge, the problem in words and a date', async () => {
    const provider = await start()
    const refused = await call(provider, 'POST', '/oauth/request_token', { secret: 'guess', extra: { oauth_callback: callback } })
    expect(refused.status).toBe(401)
    expect(refused.form['oauth_problem']).toBe('signature_invalid')
    expect(refused.headers.get('www-authenticate')).toMatch(`OAuth realm="${provider.origin}", oauth_problem="signature_invalid"`)
    expect(Date.parse(refused.headers.get('date') ?? '')).toBeGreaterThan(0)
  })

  test('a wrong verifier: five times, then the request token is used up', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const temporary = await requestToken(provider)
    const verifier = await authorizeAtOnce(provider, temporary)
    expect(await accessToken(provider, temporary, '')).toMatchObject({ status: 400, oauth_problem: 'parameter_absent' })
    for (let round = 0; round < 5; round += 1) {
      expect(await accessToken(provider, temporary, `${verifier}x`)).toMatchObject({ status: 401, oauth_problem: 'verifier_invalid' })
    }
    expect(await accessToken(provider, temporary, verifier)).toMatchObject({ status: 401, oauth_problem: 'token_rejected' })
  })

  test('a request token that nobody approved, of another client, with a wrong secret, or a second time', async () => {
    const provider = await start({ clients: [client, { clientId: 'other', clientSecret: 's' }] })
    const temporary = await requestToken(provider)
    const rejected = { status: 401, oauth_problem: 'token_rejected' }
    expect(await accessToken(provider, temporary, 'x')).toMatchObject(rejected)
    const location = await decide(provider, { oauth_token: temporary.token, person: 'ada-id' })
    const verifier = location.searchParams.get('oauth_verifier')
    expect(await accessToken(provider, temporary, verifier, { clientId: 'other', secret: 's' })).toMatchObject(rejected)
    expect(await accessToken(provider, { ...temporary, tokenSecret: '' }, verifier)).toMatchObject({
      status: 401,
      oauth_problem: 'signature_invalid',
    })
    expect(await accessToken(provider, temporary, verifier)).toMatchObject({ status: 200 })
    expect(await accessToken(provider, temporary, verifier)).toMatchObject(rejected)
  })

  test('a request token after ten minutes, on the page and at the endpoint', async () => {
    let now = Date.now()
    const provider = await start({ clock: () => now })
    const [shown, approved] = [await requestToken(provider, callback, { now }), await requestToken(provider, callback, { now })]
    const location = await decide(provider, { oauth_token: approved.token, person: 'ada-id' })
    now += 600_000
    expect((await fetch(`${provider.authorizationEndpoint}?oauth_token=${shown.token}`)).status).toBe(400)
    expect(await accessToken(provider, approved, location.searchParams.get('oauth_verifier'), { now })).toMatchObject({
      oauth_problem: 'token_rejected',
    })
  })
})

describe('the page refuses', () => {
  test('a link without a token, with an unknown one, and with one that was used', async () => {
    const provider = await start()
    const temporary = await requestToken(provider)
    await decide(provider, { oauth_token: temporary.token, person: 'ada-id' })
    const used = `oauth_token=${temporary.token}`
    for (const query of ['', 'oauth_token=', 'oauth_token=x', used, `${used}&${used}`, 'oauth_token=%', 'a&oauth_token']) {
      const page = await fetch(`${provider.authorizationEndpoint}?${query}`)
      expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('This sign-in link no longer works')])
    }
    const again = await post(provider.authorizationEndpoint, { oauth_token: temporary.token, person: 'grace-id' })
    expect(again.status).toBe(400)
  })

  test('an answer without a person, of an unknown person, or from another site; the link still works afterwards', async () => {
    const provider = await start()
    const { token } = await requestToken(provider)
    expect((await post(provider.authorizationEndpoint, { oauth_token: token })).status).toBe(400)
    expect((await post(provider.authorizationEndpoint, { oauth_token: token, person: 'nobody' })).status).toBe(400)
    const agreed = { oauth_token: token, person: 'ada-id' }
    for (const site of ['cross-site', 'same-site']) {
      expect((await post(provider.authorizationEndpoint, agreed, { 'sec-fetch-site': site })).status).toBe(403)
    }
    expect((await post(provider.authorizationEndpoint, agreed, { 'sec-fetch-site': 'same-origin' })).status).toBe(302)
  })
})
