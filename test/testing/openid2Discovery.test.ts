import { describe, expect, test } from '@jest/globals'
import { listsReturnTo } from '../../testing/openid2/relyingParty.js'
import { isWithin, readRealm, readReturnTo } from '../../testing/openid2/realm.js'
import { listen } from '../support/hosts.js'
import { cameBack, request, start, visit } from './openid2Client.js'

const xrds = 'application/xrds+xml'

async function read(url: string, accept = '*/*', method = 'GET'): Promise<{ type: string; location: string | null; text: string }> {
  const response = await fetch(url, { headers: { accept }, method })
  expect(response.status).toBe(200)
  return {
    type: response.headers.get('content-type') ?? '',
    location: response.headers.get('x-xrds-location'),
    text: await response.text(),
  }
}

const valuesOf = (name: string, text: string): string[] =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value)

describe('discovery', () => {
  const extensions = [
    'http://openid.net/extensions/sreg/1.1',
    'http://openid.net/sreg/1.0',
    'http://openid.net/srv/ax/1.0',
    'http://specs.openid.net/extensions/pape/1.0',
  ]

  test('of the provider names its endpoint', async () => {
    const provider = await start()
    const { type, text } = await read(provider.identifier, xrds)
    expect(type).toBe(xrds)
    expect(valuesOf('Type', text)).toEqual(['http://specs.openid.net/auth/2.0/server', ...extensions])
    expect(valuesOf('URI', text)).toEqual([provider.endpoint])
    expect(valuesOf('LocalID', text)).toEqual([])
  })

  test('of a person names their local identifier as well', async () => {
    const provider = await start()
    const { text } = await read(provider.identifierOf('grace-id'), xrds)
    expect(valuesOf('Type', text)).toEqual(['http://specs.openid.net/auth/2.0/signon', ...extensions])
    expect(valuesOf('URI', text)).toEqual([provider.endpoint])
    expect(valuesOf('LocalID', text)).toEqual([provider.identifierOf('grace-id')])
  })

  test.each(['', 'people/ada'])('leads from the page /%s to its document, by the header and the meta element', async (path) => {
    const provider = await start()
    const url = `${provider.origin}/${path}`
    const { type, location, text } = await read(url, 'text/html')
    expect(type).toContain('text/html')
    expect(text).toContain(`<meta http-equiv="X-XRDS-Location" content="${location ?? 'none'}">`)
    expect(await read(location ?? '')).toEqual({ type: xrds, location: null, text: (await read(url, xrds)).text })
    expect(await read(url, 'text/html', 'HEAD')).toMatchObject({ location, text: '' })
  })

  test('of a person is in their page too, and the provider has no identity of its own', async () => {
    const provider = await start()
    const { text } = await read(provider.identifierOf('ada-id'), 'text/html')
    const head = text.slice(0, text.indexOf('</head>'))
    expect(head).toContain(`<link rel="openid2.provider" href="${provider.endpoint}">`)
    expect(head).toContain(`<link rel="openid2.local_id" href="${provider.identifierOf('ada-id')}">`)
    expect((await read(provider.identifier, 'text/html')).text).not.toContain('openid2.')
    expect((await fetch(`${provider.origin}/people/nobody`)).status).toBe(404)
    expect((await fetch(provider.identifier, { method: 'POST' })).status).toBe(405)
  })

  test.each([
    ['*/*', false],
    ['text/html,application/xhtml+xml,*/*;q=0.8', false],
    [xrds, true],
    [`text/html; q=0.3, application/xhtml+xml; q=0.5, ${xrds}`, true],
    [`text/html, ${xrds}; q=0.5`, false],
    [`${xrds}; q=0`, false],
  ])('takes %s for a wish for XRDS: %s', async (accept, isDocument) => {
    const provider = await start()
    expect((await read(provider.identifier, accept)).type === xrds).toBe(isDocument)
  })

  test('shows the pictures that attributes name', async () => {
    const provider = await start()
    expect((await read(`${provider.origin}/avatars/ada-id.svg`)).type).toContain('image/svg+xml')
  })
})

describe('a realm', () => {
  const matches = (realm: string, address: string): boolean => {
    const [read, url] = [readRealm(realm), readReturnTo(address)]
    return read !== undefined && url !== undefined && isWithin(read, url)
  }

  test.each([
    ['http://app.example/', 'http://app.example/'],
    ['http://app.example', 'http://app.example/any/path?query'],
    ['http://app.example:80/', 'http://app.example/'],
    ['http://APP.example/', 'http://app.EXAMPLE/'],
    ['http://app.example/a', 'http://app.example/a'],
    ['http://app.example/a', 'http://app.example/a?b'],
    ['http://app.example/a', 'http://app.example/a/b'],
    ['http://app.example/a/', 'http://app.example/a/b'],
    ['http://*.app.example/', 'http://www.app.example/'],
    ['http://*.app.example/', 'http://a.b.app.example/'],
    ['http://*.app.example/', 'http://app.example/'],
    ['http://app.example/a?b=c', 'http://app.example/a?b=c&d=e'],
    ['http://localhost:3000/', 'http://localhost:3000/back'],
  ])('%s holds %s', (realm, address) => {
    expect(matches(realm, address)).toBe(true)
  })

  test.each([
    ['http://app.example/', 'https://app.example/'],
    ['http://app.example/', 'http://app.example:8080/'],
    ['http://app.example/', 'http://www.app.example/'],
    ['http://app.example/', 'http://app.example.evil.example/'],
    ['http://app.example/', 'http://app.example@evil.example/'],
    ['http://app.example/a', 'http://app.example/'],
    ['http://app.example/a', 'http://app.example/ab'],
    ['http://app.example/a', 'http://app.example/a/../b'],
    ['http://app.example/a/', 'http://app.example/a'],
    ['http://app.example/a?b=c', 'http://app.example/a?b=cd'],
    ['http://app.example/a?b=c', 'http://app.example/a'],
    ['http://*.app.example/', 'http://evilapp.example/'],
    ['http://*.app.example/', 'http://*.app.example/'],
    ['http://app.*.example/', 'http://app.x.example/'],
    ['http://*/', 'http://app.example/'],
    ['http://*.example/', 'http://app.example/'],
    ['http://*.0.0.1/', 'http://127.0.0.1/'],
    ['http://app.example/#a', 'http://app.example/'],
    ['http://a@app.example/', 'http://app.example/'],
    ['ftp://app.example/', 'ftp://app.example/'],
    ['//app.example/', 'http://app.example/'],
  ])('%s does not hold %s', (realm, address) => {
    expect(matches(realm, address)).toBe(false)
  })
})

describe('a provider that asks the realm where answers may go', () => {
  const document = (type: string, ...uris: string[]): string =>
    `<?xml version="1.0"?><xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service priority="0">
<Type>http://specs.openid.net/auth/2.0/${type}</Type>${uris.map((uri) => `<URI>${uri}</URI>`).join('')}</Service></XRD></xrds:XRDS>`

  /** Signs in at an application whose realm answers so; gives what the browser gets. */
  async function visitFrom(
    realmAnswers: (url: string) => { status?: number; headers?: Record<string, string>; body: string },
  ): Promise<Response> {
    const provider = await start({ signInAs: 'ada-id', verifyReturnTo: true })
    const site = await listen((req, res) => {
      const { status = 200, headers = {}, body } = realmAnswers(site.url)
      if (req.url === '/xrds') res.end(body)
      else res.writeHead(status, headers).end('x-xrds-location' in headers || 'location' in headers ? '' : body)
    })
    try {
      const response = await visit(provider, request({ realm: `${site.url}/`, return_to: `${site.url}/auth/back` }))
      if (response.status === 302) expect(cameBack(response, `${site.url}/auth/back`)).toMatchObject({ mode: 'id_res' })
      return response
    } finally {
      await site.close()
    }
  }

  test('signs in where it is listed', async () => {
    const listed = (url: string): string => document('return_to', `${url}/other`, `${url}/auth/`)
    expect((await visitFrom((url) => ({ body: listed(url) }))).status).toBe(302)
    expect((await visitFrom((url) => ({ body: listed(url), headers: { 'x-xrds-location': '/xrds' } }))).status).toBe(302)
  })

  test('takes no wildcard for an address that is listed', async () => {
    const site = await listen((_req, res) => res.end(document('return_to', 'http://*.app.example/', 'http://app.example/back')))
    const realm = { url: new URL(site.url), hasWildcard: false }
    expect(await listsReturnTo(realm, new URL('http://www.app.example/'))).toBe(false)
    expect(await listsReturnTo(realm, new URL('http://app.example/back'))).toBe(true)
    await site.close()
  })

  test.each<[string, (url: string) => { status?: number; headers?: Record<string, string>; body: string }]>([
    ['lists another', (url) => ({ body: document('return_to', `${url}/other`) })],
    ['lists it as something else', (url) => ({ body: document('signon', `${url}/auth/back`) })],
    ['lists nothing', () => ({ body: '<p>Hello</p>' })],
    ['has no such page', (url) => ({ status: 404, body: document('return_to', `${url}/auth/back`) })],
    ['redirects', (url) => ({ status: 302, headers: { location: '/xrds' }, body: document('return_to', `${url}/auth/back`) })],
    ['never ends', (url) => ({ body: document('return_to', `${url}/auth/back`) + ' '.repeat(200_000) })],
  ])('sends nobody to an application that %s', async (_what, realmAnswers) => {
    const response = await visitFrom(realmAnswers)
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('does not list the address')])
  })
})
