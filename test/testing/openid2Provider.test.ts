import { describe, expect, test } from '@jest/globals'
import { startOpenid2Provider, type Openid2Provider } from '../../testing/index.js'
import { people } from '../../testing/people.js'
import {
  associate,
  cameBack,
  encoded,
  namespace,
  post,
  realm,
  request,
  requestWithout,
  returnTo,
  signatureOf,
  signIn,
  start,
  verify,
  visit,
  type Fields,
} from './openid2Client.js'

const sregNamespace = 'http://openid.net/extensions/sreg/1.1'

/** Presses a button of the page that asks. */
async function decide(
  provider: Openid2Provider,
  asked: Fields,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const html = await (await visit(provider, asked)).text()
  const ticket = /name="ticket" value="([\w-]+)"/.exec(html)?.[1] ?? ''
  return fetch(`${provider.origin}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ ticket, ...form }),
    redirect: 'manual',
    headers,
  })
}

describe('a positive assertion', () => {
  test('says everything that section 10.1 asks, signed', async () => {
    const provider = await start({ signInAs: 'grace-id' })
    const shared = await associate(provider)
    const fields = await signIn(provider, { assoc_handle: shared.handle })
    expect(fields).toEqual({
      ns: namespace,
      mode: 'id_res',
      op_endpoint: provider.endpoint,
      claimed_id: `${provider.origin}/people/grace`,
      identity: `${provider.origin}/people/grace`,
      return_to: returnTo,
      response_nonce: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ[\w-]{12}$/),
      assoc_handle: shared.handle,
      signed: 'op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle',
      sig: signatureOf(fields, shared),
    })
    expect(Math.abs(Date.parse(fields['response_nonce']?.slice(0, 20) ?? '') - Date.now())).toBeLessThan(5000)
    expect(fields['claimed_id']).toBe(provider.identifierOf('grace-id'))
  })

  test('has a nonce of its own each time', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const nonces = [await signIn(provider), await signIn(provider), await signIn(provider)].map((fields) => fields['response_nonce'])
    expect(new Set(nonces).size).toBe(3)
  })

  test('is about the identifier that was asked for, and for nobody else', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const [ada, grace] = [provider.identifierOf('ada-id'), provider.identifierOf('grace-id')]
    expect(await signIn(provider, { claimed_id: ada, identity: ada })).toMatchObject({ mode: 'id_res', claimed_id: ada, identity: ada })
    const generation = { claimed_id: `${ada}#2`, identity: ada }
    expect(await signIn(provider, generation)).toMatchObject({ mode: 'id_res', ...generation })
    const delegated = { claimed_id: 'http://ada.example/', identity: ada }
    expect(await signIn(provider, delegated)).toMatchObject({ mode: 'id_res', ...delegated })
    for (const other of [
      { claimed_id: grace, identity: grace },
      { claimed_id: grace, identity: ada },
      { claimed_id: ada, identity: grace },
      { claimed_id: `${provider.origin}/people/nobody`, identity: ada },
      { claimed_id: 'http://ada.example/', identity: 'http://ada.example/' },
    ]) {
      expect(await signIn(provider, other)).toEqual({ ns: namespace, mode: 'cancel' })
      expect(await signIn(provider, { ...other, mode: 'checkid_immediate' })).toEqual({ ns: namespace, mode: 'setup_needed' })
    }
  })

  test('is about nobody where no identifier was asked for', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const fields = cameBack(await visit(provider, requestWithout('claimed_id', 'identity')))
    expect(fields).toMatchObject({ mode: 'id_res', signed: 'op_endpoint,return_to,response_nonce,assoc_handle' })
    expect(fields).not.toHaveProperty('claimed_id')
    expect(await verify(provider, fields)).toMatchObject({ is_valid: 'true' })
  })

  test('goes by a form, which submits itself, where it is too long for an address', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    provider.tampering = { beforeSigning: (fields) => ({ ...fields, long: '"<&>'.repeat(600), signed: `${fields['signed'] ?? ''},long` }) }
    const response = await visit(provider, request())
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain(`<form method="post" action="${returnTo}"`)
    expect(html).toContain(`name="openid.long" value="${'&#34;&#60;&#38;&#62;'.repeat(600)}"`)
    expect(html).toContain('<script>document.forms[0].submit()</script>')
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none';.*script-src 'sha256-[\w+/]+='$/)
  })

  test('ends at a page where nobody is to come back', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const response = await visit(provider, requestWithout('return_to'))
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('You are signed in')])
  })
})

describe('the page that asks', () => {
  test('names the realm and what it wants to know, and all who can be chosen', async () => {
    const provider = await start({ brand: 'Old & New' })
    const asked = request({ 'ns.sreg': sregNamespace, 'sreg.required': 'email', 'sreg.optional': 'fullname,nickname,country,gender' })
    const response = await visit(provider, asked)
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain('Sign in to 127.0.0.1:9 · Old &#38; New')
    expect(html).toContain(`<strong>${realm}</strong> would like to`)
    const wishes = [...html.matchAll(/<li>([^<]*)<\/li>/g)].map(([, wish]) => wish)
    expect(wishes).toEqual(['see your username', 'see your e-mail address', 'see your name', 'know your country'])
    for (const person of people) expect(html).toContain(`value="${person.id}"`)
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('leads back as who was chosen, by GET and POST alike', async () => {
    const provider = await start()
    const answer = cameBack(await decide(provider, request(), { person: 'linus-id' }))
    expect(answer).toMatchObject({ mode: 'id_res', claimed_id: `${provider.origin}/people/linus` })
    expect(await verify(provider, answer)).toMatchObject({ is_valid: 'true' })
    const html = await (await post(provider.endpoint, request())).text()
    expect(html).toContain('Continue as Ada Example')
  })

  test('works once, and not for nobody', async () => {
    const provider = await start()
    const html = await (await visit(provider, request())).text()
    const ticket = /name="ticket" value="([\w-]+)"/.exec(html)?.[1] ?? ''
    const press = (form: Record<string, string>): Promise<Response> =>
      fetch(`${provider.origin}/sign-in`, { method: 'POST', body: new URLSearchParams({ ticket, ...form }), redirect: 'manual' })
    expect((await press({ person: 'nobody' })).status).toBe(400)
    expect((await press({ person: 'ada-id' })).status).toBe(302)
    const again = await press({ person: 'ada-id' })
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('This sign-in link no longer works')])
  })

  test('tells the relying party of a person who cancels', async () => {
    const provider = await start()
    expect(cameBack(await decide(provider, request(), { deny: '1' }))).toEqual({ ns: namespace, mode: 'cancel' })
    const nowhere = await decide(provider, requestWithout('return_to'), { deny: '1' })
    expect([nowhere.status, await nowhere.text()]).toEqual([200, expect.stringContaining('Nothing was shared')])
  })

  test('takes no answer from another site', async () => {
    const provider = await start()
    const refused = await decide(provider, request(), { person: 'ada-id' }, { 'sec-fetch-site': 'cross-site' })
    expect(refused.status).toBe(403)
    expect((await decide(provider, request(), { person: 'ada-id' }, { 'sec-fetch-site': 'same-origin' })).status).toBe(302)
  })

  test('offers only the person whose identifier was asked for', async () => {
    const provider = await start()
    const ada = provider.identifierOf('ada-id')
    const html = await (await visit(provider, request({ claimed_id: ada, identity: ada }))).text()
    expect(html).toContain('Continue as Ada')
    expect(html).not.toContain('Continue as Grace')
    const forged = await decide(provider, request({ claimed_id: ada, identity: ada }), { person: 'grace-id' })
    expect(cameBack(forged)).toEqual({ ns: namespace, mode: 'cancel' })
    const nobody = `${provider.origin}/people/<nobody>`
    const empty = await (await visit(provider, request({ claimed_id: nobody, identity: nobody }))).text()
    expect(empty).toContain(`Nobody here has the identifier <strong>${provider.origin}/people/&#60;nobody&#62;</strong>`)
    expect(empty).not.toContain('Continue as')
    const back = await decide(provider, request({ claimed_id: nobody, identity: nobody }), { deny: '1' })
    expect(cameBack(back)).toEqual({ ns: namespace, mode: 'cancel' })
  })
})

describe('an immediate request', () => {
  const atOnce = (more: Fields = {}): Fields => request({ mode: 'checkid_immediate', ...more })

  /** Signs Ada in by the page; returns the cookie. */
  async function session(provider: Openid2Provider, asked = request(), headers: Record<string, string> = {}): Promise<string> {
    const cookie = (await decide(provider, asked, { person: 'ada-id' }, headers)).headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^openid2-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
    return cookie.split(';')[0] ?? ''
  }

  test('needs somebody who is signed in, and has allowed it before', async () => {
    const provider = await start()
    const needed = { ns: namespace, mode: 'setup_needed' }
    expect(cameBack(await visit(provider, atOnce()))).toEqual(needed)
    const cookie = await session(provider)
    expect(cameBack(await visit(provider, atOnce(), { cookie }))).toMatchObject({
      mode: 'id_res',
      identity: provider.identifierOf('ada-id'),
    })
    const other = { realm: 'http://127.0.0.1:8/', return_to: 'http://127.0.0.1:8/' }
    expect(cameBack(await visit(provider, atOnce(other), { cookie }), other.return_to)).toEqual(needed)
    const more = { 'ns.sreg': sregNamespace, 'sreg.required': 'email' }
    expect(cameBack(await visit(provider, atOnce(more), { cookie }))).toEqual(needed)
    const grace = provider.identifierOf('grace-id')
    expect(cameBack(await visit(provider, atOnce({ claimed_id: grace, identity: grace }), { cookie }))).toEqual(needed)
    const allowed = await session(provider, request(more), { cookie })
    expect(cameBack(await visit(provider, atOnce(more), { cookie: `a=b; ${allowed}` }))).toMatchObject({ 'sreg.email': 'ada@example.com' })
  })

  test('needs a sign-in that is recent enough', async () => {
    let now = Date.now()
    const provider = await start({ clock: () => now })
    const cookie = await session(provider)
    const pape = { 'ns.pape': 'http://specs.openid.net/extensions/pape/1.0', 'pape.max_auth_age': '60' }
    now += 60_000
    expect(cameBack(await visit(provider, atOnce(pape), { cookie }))).toMatchObject({ mode: 'id_res' })
    now += 1000
    expect(cameBack(await visit(provider, atOnce(pape), { cookie }))).toEqual({ ns: namespace, mode: 'setup_needed' })
    expect(cameBack(await visit(provider, atOnce(), { cookie }))).toMatchObject({ mode: 'id_res' })
  })

  test('is answered at once with signInAs', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    expect(cameBack(await visit(provider, atOnce()))).toMatchObject({ mode: 'id_res' })
  })
})

describe('a request that cannot be answered', () => {
  test.each<[string, Fields, string]>([
    ['of another version', { ...request(), ns: 'http://openid.net/signon/1.1' }, 'OpenID Authentication 2.0 alone'],
    ['of version 1.1, which names none', requestWithout('ns'), 'OpenID Authentication 2.0 alone'],
    ['with one identifier alone', requestWithout('identity'), 'both claimed_id and identity'],
    ['with the other identifier alone', requestWithout('claimed_id'), 'both claimed_id and identity'],
  ])('%s, is told to the relying party', async (_what, fields, problem) => {
    const provider = await start({ signInAs: 'ada-id' })
    expect(cameBack(await visit(provider, fields))).toEqual({ ns: namespace, mode: 'error', error: expect.stringContaining(problem) })
    expect(provider.requests).toEqual([
      { method: 'GET', path: '/openid', mode: 'checkid_setup', status: 302, problem: expect.stringContaining(problem) },
    ])
  })

  test.each<[string, Fields]>([
    ['nowhere to go', requestWithout('return_to', 'realm')],
    ['an address of another scheme', request({ return_to: 'javascript:alert(1)' })],
    ['a relative address', request({ return_to: '/back' })],
    ['an address with a fragment', request({ return_to: 'http://127.0.0.1:9/#here' })],
    ['an address with a password', request({ return_to: 'http://a:b@127.0.0.1:9/' })],
    ['an address outside of the realm', request({ return_to: 'http://127.0.0.1:8/' })],
    ['no realm that can be read', request({ realm: 'everywhere' })],
    ['a realm that is too general', request({ realm: 'http://*.com/', return_to: 'http://app.com/' })],
  ])('with %s, is told to the person alone', async (_what, fields) => {
    const provider = await start({ signInAs: 'ada-id' })
    const response = await visit(provider, fields)
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      400,
      null,
      expect.stringContaining('This did not work'),
    ])
  })

  test('has a field twice, or in the address of a POST', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const query = encoded(request()).toString()
    const twice = await fetch(`${provider.endpoint}?${query}&openid.mode=checkid_setup`, { redirect: 'manual' })
    expect([twice.status, twice.headers.get('location')]).toEqual([400, null])
    const posted = await fetch(`${provider.endpoint}?${query}`, { method: 'POST', body: new URLSearchParams(), redirect: 'manual' })
    expect([posted.status, await posted.text()]).toEqual([400, expect.stringContaining(`ns:${namespace}\nerror:`)])
    const broken = await fetch(`${provider.endpoint}?${query}&openid.a=%0A`, { redirect: 'manual' })
    expect(broken.status).toBe(400)
  })

  test('is no message at all', async () => {
    const provider = await start()
    expect((await fetch(provider.endpoint)).status).toBe(200)
    expect((await fetch(`${provider.endpoint}?openid.mode=other`)).status).toBe(400)
    expect((await fetch(provider.endpoint, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${provider.origin}/sign-in`)).status).toBe(405)
    expect((await fetch(`${provider.origin}/other`)).status).toBe(404)
    const large = await fetch(provider.endpoint, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })
    expect(large.status).toBe(413)
  })
})

describe('startOpenid2Provider', () => {
  test('refuses somebody unknown, a session type that is none, and a port that is taken', async () => {
    await expect(startOpenid2Provider({ signInAs: 'nobody' })).rejects.toThrow('signInAs: nobody has the id nobody')
    await expect(startOpenid2Provider({ sessionTypes: ['DH-MD5' as 'DH-SHA1'] })).rejects.toThrow('there is no DH-MD5')
    const provider = await start()
    await expect(startOpenid2Provider({ port: Number(new URL(provider.origin).port) })).rejects.toThrow('EADDRINUSE')
    expect(() => provider.identifierOf('nobody')).toThrow('nobody has the id nobody')
  })

  test('changes any answer that a test wants changed', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    provider.tampering = {
      afterSigning: (fields) => ({ ...fields, identity: 'http://other.example/' }),
      answer: (answer, { path, mode }) =>
        path === '/openid' && mode === 'check_authentication' ? { ...answer, status: 500, body: 'is_valid:true\n' } : answer,
    }
    const fields = await signIn(provider)
    expect(fields['identity']).toBe('http://other.example/')
    const response = await post(provider.endpoint, { ...fields, mode: 'check_authentication' })
    expect([response.status, await response.text()]).toEqual([500, 'is_valid:true\n'])
    expect(provider.requests.map(({ mode, status }) => [mode, status])).toEqual([
      ['checkid_setup', 302],
      ['check_authentication', 500],
    ])
  })

  test('closes at once, also with a connection kept alive, and twice', async () => {
    const provider = await start()
    await (await fetch(provider.identifier)).text()
    await provider.close()
    await provider.close()
    await expect(fetch(provider.identifier)).rejects.toThrow('fetch failed')
  })
})
