import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { call, client, requestToken, signedIn, start } from './oauth1Client.js'

describe('the API', () => {
  test('asks for a signature in all places, and tells what is wrong with it', async () => {
    const { provider, token } = await signedIn()
    const places = [
      ['GET', '/api/me'],
      ['GET', '/api/projects'],
      ['POST', '/api/projects'],
      ['PUT', '/api/projects/x'],
      ['PATCH', '/api/projects/x'],
      ['DELETE', '/api/projects/x'],
    ] as const
    for (const [verb, path] of places) {
      expect((await fetch(provider.origin + path, { method: verb })).status).toBe(401)
      const forged = await call(provider, verb, path, { token: { ...token, tokenSecret: 'guess' } })
      expect([forged.status, forged.form['oauth_problem']]).toEqual([401, 'signature_invalid'])
      expect(forged.headers.get('www-authenticate')).toContain('oauth_problem="signature_invalid"')
      const unknown = await call(provider, verb, path, { token: { ...token, token: 'guess' } })
      expect([unknown.status, unknown.form['oauth_problem']]).toEqual([401, 'token_rejected'])
    }
    const without = await call(provider, 'GET', '/api/me', {})
    expect([without.status, without.form['oauth_parameters_absent']]).toEqual([400, 'oauth_token'])
    expect(without.headers.get('www-authenticate')).toContain('oauth_parameters_absent="oauth_token"')
  })

  test('refuses a replay and a stale timestamp, and names the timestamps that it would accept', async () => {
    const now = 1_800_000_000_000
    const { provider, token } = await signedIn({ clock: () => now })
    expect((await call(provider, 'GET', '/api/me', { token, now, nonce: 'n' })).status).toBe(200)
    const replay = await call(provider, 'GET', '/api/me', { token, now, nonce: 'n' })
    expect([replay.status, replay.form['oauth_problem']]).toEqual([401, 'nonce_used'])
    const stale = await call(provider, 'GET', '/api/me', { token })
    expect([stale.status, stale.form['oauth_problem']]).toEqual([401, 'timestamp_refused'])
    expect(stale.headers.get('www-authenticate')).toContain('oauth_acceptable_timestamps="1799999700-1800000300"')
    expect(stale.headers.get('date')).toBe(new Date(now).toUTCString())
  })

  test('refuses a token that was revoked, a request token, and the token of another client', async () => {
    const { provider, token } = await signedIn()
    provider.registerClient({ clientId: 'other', clientSecret: 's' })
    const borrowed = await call(provider, 'GET', '/api/me', { token, clientId: 'other', secret: 's' })
    expect(borrowed.form['oauth_problem']).toBe('token_rejected')
    const temporary = await requestToken(provider)
    expect((await call(provider, 'GET', '/api/me', { token: temporary })).form['oauth_problem']).toBe('token_rejected')
    provider.revokeToken(token.token)
    expect((await call(provider, 'GET', '/api/me', { token })).form['oauth_problem']).toBe('token_rejected')
  })

  test('lists projects, and echoes a query with repeated names and other scripts', async () => {
    const { provider, token } = await signedIn()
    const all = await call(provider, 'GET', '/api/projects', { token })
    expect(all.json).toMatchObject({ query: {}, projects: [{ name: 'analytical-notes' }, {}, {}, {}] })
    const query = 'per_page=2&tag=b&tag=a&tag=%C3%A9+%E5%95%A6&q=%21%27()*&__proto__=x&empty'
    const some = await call(provider, 'GET', `/api/projects?${query}`, { token })
    expect(some.status).toBe(200)
    expect((some.json as { projects: unknown[] }).projects).toHaveLength(2)
    expect(JSON.stringify((some.json as { query: unknown }).query)).toBe(
      JSON.stringify({ per_page: '2', tag: ['b', 'a', 'é 啦'], q: "!'()*", ['__proto__']: 'x', empty: '' }),
    )
    const reordered = await call(provider, 'GET', '/api/projects?tag=a&tag=b', { token, sentTarget: '/api/projects?tag=b&tag=c' })
    expect(reordered.form['oauth_problem']).toBe('signature_invalid')
  })

  test('takes the parameters of the protocol in the query and in a form, and does not echo them', async () => {
    const { provider, token } = await signedIn()
    const listed = await call(provider, 'GET', '/api/projects?tag=a', { token, place: 'query' })
    expect(listed.json).toMatchObject({ query: { tag: 'a' } })
    const made = await call(provider, 'POST', '/api/projects', { token, place: 'body', form: [['name', 'é']] })
    expect([made.status, made.json]).toEqual([201, expect.objectContaining({ body: { name: 'é' } })])
  })

  test('echoes a form with repeated names, and refuses one that was changed on the way', async () => {
    const { provider, token } = await signedIn()
    const form: [string, string][] = [
      ['name', 'Füße & Co'],
      ['tag', 'b'],
      ['tag', 'a'],
      ['tag', ''],
      ['plus', '1+1 =2'],
    ]
    const made = await call(provider, 'POST', '/api/projects?dry=1', { token, form })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      method: 'POST',
      query: { dry: '1' },
      body: { name: 'Füße & Co', tag: ['b', 'a', ''], plus: '1+1 =2' },
    })
    const changed = await call(provider, 'POST', '/api/projects', { token, form, sentBody: 'name=other' })
    expect(changed.form['oauth_problem']).toBe('signature_invalid')
  })

  test('echoes JSON, and refuses what is none', async () => {
    const { provider, token } = await signedIn()
    const value = { name: 'é', list: [1, { a: null }] }
    const made = await call(provider, 'POST', '/api/projects', { token, json: JSON.stringify(value) })
    expect([made.status, made.json]).toEqual([201, expect.objectContaining({ body: value })])
    const broken = await call(provider, 'POST', '/api/projects', { token, json: '{' })
    expect(broken.status).toBe(400)
  })

  test('changes and deletes a project by its name', async () => {
    const { provider, token } = await signedIn()
    const path = '/api/projects/b%C3%BCcher%20%26%20co'
    for (const verb of ['PUT', 'PATCH']) {
      const changed = await call(provider, verb, path, { token, json: '{"stars":1}' })
      const echoed: unknown = expect.objectContaining({ method: verb, name: 'bücher & co', body: { stars: 1 } })
      expect([changed.status, changed.json]).toEqual([200, echoed])
    }
    expect(await call(provider, 'DELETE', path, { token })).toMatchObject({ status: 204, text: '' })
  })

  test('answers HEAD like GET, other methods with 405, other paths with 404', async () => {
    const { provider, token } = await signedIn()
    expect(await call(provider, 'HEAD', '/api/me', { token })).toMatchObject({ status: 200, text: '' })
    const wrong = await fetch(provider.userinfoEndpoint, { method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await fetch(provider.requestTokenEndpoint)).status).toBe(405)
    for (const path of ['/', '/api', '/api/other', '/api/projects/', '/api/projects/%', '/avatars/nobody.svg', '/%00']) {
      expect((await fetch(provider.origin + path)).status).toBe(404)
    }
  })

  test('shows pictures to everybody', async () => {
    const provider = await start()
    const picture = await fetch(`${provider.origin}/avatars/ada-id.svg`)
    expect(picture.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect(await picture.text()).toContain('<svg')
  })
})

describe('the server', () => {
  test('keeps a log without queries and secrets', async () => {
    const { provider, token } = await signedIn()
    await call(provider, 'GET', '/api/me?oops=1', { token, secret: 'guess' })
    expect(provider.requests).toEqual([
      { method: 'POST', path: '/oauth/request_token', status: 200 },
      { method: 'GET', path: '/oauth/authorize', status: 302 },
      { method: 'POST', path: '/oauth/access_token', status: 200 },
      { method: 'GET', path: '/api/me', status: 401, problem: 'signature_invalid' },
    ])
    const text = JSON.stringify(provider.requests)
    for (const secret of [token.token, token.tokenSecret, client.clientSecret]) expect(text).not.toContain(secret)
    provider.requests.length = 0
    await call(provider, 'GET', '/api/me', { token })
    expect(provider.requests).toHaveLength(1)
  })

  test('takes a body of 1 MB and refuses a larger one', async () => {
    const { provider, token } = await signedIn()
    const most = JSON.stringify('x'.repeat(1024 * 1024 - 2))
    expect((await call(provider, 'POST', '/api/projects', { token, json: most })).status).toBe(201)
    expect((await call(provider, 'POST', '/api/projects', { token, json: `${most} ` })).status).toBe(413)
    expect(provider.requests.at(-1)).toMatchObject({ status: 413, problem: 'too_large' })
  })

  test('lives on when a client goes away in the middle of its request', async () => {
    const provider = await start()
    const socket = connect(Number(new URL(provider.origin).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /oauth/request_token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    socket.resetAndDestroy()
    await once(socket, 'close')
    expect(await requestToken(provider)).toMatchObject({ status: 200 })
  })

  test('refuses two Authorization headers', async () => {
    const { provider } = await signedIn()
    const headers = ['Host', 'x', 'Authorization', 'OAuth', 'Authorization', 'OAuth']
    const req = request(provider.userinfoEndpoint, { headers }).end()
    const [answer] = (await once(req, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(400)
  })

  test('closes at once with connections open, and closing twice is no error', async () => {
    const provider = await start()
    const port = Number(new URL(provider.origin).port)
    const idle = connect(port, '127.0.0.1')
    await once(idle, 'connect')
    await fetch(provider.origin)
    const gone = once(idle, 'close')
    idle.resume()
    await Promise.all([provider.close(), provider.close()])
    await gone
    await expect(fetch(provider.origin)).rejects.toThrow()
  })

  test('a port that is taken is an error', async () => {
    const provider = await start()
    await expect(start({ port: Number(new URL(provider.origin).port) })).rejects.toThrow('EADDRINUSE')
  })
})
