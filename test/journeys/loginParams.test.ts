import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { LoginOptions } from '../../middleware/index.js'
import { createBrowser } from '../support/browser.js'
import { startThreeProtocols, threeSlugs, twoModes, type Served, type ThreeProtocols } from '../support/threeProtocols.js'

/** Further parameters of one authorization request: the application's to choose, and nobody else's. */

let protocols: ThreeProtocols
let app: Served
let asked: LoginOptions
beforeAll(async () => {
  protocols = await startThreeProtocols()
  app = await serve()
})
afterAll(async () => {
  await app.close()
  await protocols.close()
})

async function serve(mode?: (typeof twoModes)[number][1]): Promise<Served> {
  const { options, before } = mode?.() ?? { options: {}, before: [] }
  return await protocols.serve({
    before,
    options: { ...options, errors: 'page' },
    more: {
      corp: { authorizationParams: { hd: 'everybody.example', kept: 'yes' } },
      // The provider knows the standard names alone, so that no login ends with these.
      plain: {
        authorizationParams: { hd: 'everybody.example', kept: 'yes' },
        ...(mode ? {} : { parameterNames: { client_id: 'Appid', scope: 'user_scope' } }),
      },
      old: { authorizationParams: { hd: 'everybody.example', kept: 'yes' } },
    },
    build: (express, auth) => {
      express.get('/enter/:slug', (req) => req.auth.login(req.params.slug, asked))
      for (const slug of threeSlugs) express.get(`/made/${slug}`, auth.login(slug, { params: { hd: 'corp.example' } }))
      express.get('/hinted', auth.login('old', { loginHint: 'ada', params: { hd: 'x' } }))
      express.use(((error: { toJSON: () => object; status: number }, _req: unknown, res: never, _next: unknown) => {
        const answer = res as { status: (code: number) => { json: (body: unknown) => void } }
        answer.status(error.status).json(error)
      }) as never)
    },
  })
}

async function startOf(path: string): Promise<URL> {
  const { headers } = await createBrowser().go(app.url + path, { follow: false })
  return new URL(headers.get('location') ?? 'about:blank')
}

async function refusal(slug: string, options: LoginOptions): Promise<unknown> {
  asked = options
  const browser = createBrowser()
  const { data } = await browser.json(`${app.url}/enter/${slug}`)
  expect(browser.setCookies).toEqual([])
  return data
}

describe.each(threeSlugs)('With %s', (slug) => {
  test('they go to the authorization endpoint, before what is configured for all logins', async () => {
    for (const { searchParams } of [await startOf(`/made/${slug}`), await startOf(`/made/${slug}?hd=evil.example`)]) {
      expect(searchParams.getAll('hd')).toEqual(['corp.example'])
      expect(searchParams.get('kept')).toBe('yes')
    }
    expect((await startOf(`/auth/${slug}`)).searchParams.get('hd')).toBe('everybody.example')
  })

  test('no link and no form can bring them', async () => {
    for (const query of ['params=hd', 'params%5Bhd%5D=evil', 'hd=evil', 'params.hd=evil', 'params={"hd":"evil"}', 'audience=evil']) {
      const { href } = await startOf(`/auth/${slug}?${query}`)
      expect(href).not.toContain('evil')
    }
    const { headers } = await createBrowser().go(`${app.url}/auth/${slug}`, {
      method: 'POST',
      form: { hd: 'evil', params: 'evil' },
      follow: false,
    })
    expect(headers.get('location')).toContain('hd=everybody.example')
  })

  test.each([
    [{ hd: 7 }, 'hd is none'],
    [{ hd: ['a', 'b'] }, 'hd is none'],
    [{ hd: null }, 'hd is none'],
    [['hd'], 'must be a plain object'],
    ['hd=x', 'must be a plain object'],
    [{ 'state[]': 'x' }, 'The names in'],
    [{ ' state': 'x' }, 'The names in'],
    [{ 'a&state': 'x' }, 'The names in'],
    [{ '': 'x' }, 'The names in'],
  ])('%j are refused, and nobody is sent anywhere', async (params, message) => {
    expect(await refusal(slug, { params } as never)).toMatchObject({
      error: 'bad_request',
      message: expect.stringContaining(message) as unknown,
    })
  })

  test('a member that is undefined is left out', async () => {
    asked = { params: { hd: undefined } } as never
    expect((await startOf(`/enter/${slug}`)).searchParams.get('hd')).toBe('everybody.example')
  })
})

describe.each(['corp', 'plain'])('With %s', (slug) => {
  test.each([
    ...['state', 'STATE', 'nonce', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'Redirect_URI', 'client_id', 'response_type'],
    ...['response_mode', 'request', 'request_uri'],
  ])('%s is the flow’s own', async (name) => {
    const message = `The option params of login cannot set ${name}: the flow sets it itself: leave it out.`
    expect(await refusal(slug, { params: { [name]: 'evil' } })).toMatchObject({ error: 'config_invalid', message, provider: slug })
    expect(() => app.auth.login(slug, { params: { [name]: 'evil' } })).toThrow(message)
  })

  test.each([
    ['scope', 'scope'],
    ['prompt', 'prompt'],
    ['login_hint', 'loginHint'],
    ['max_age', 'maxAge'],
    ['acr_values', 'acrValues'],
  ])('%s has an option of its own', async (name, option) => {
    const message = `The option params of login cannot set ${name}: it has an option of its own: write ${option}, beside params.`
    expect(await refusal(slug, { params: { [name]: '0' } })).toMatchObject({ error: 'config_invalid', message })
  })
})

test('What the provider calls the parameters of the flow is the flow’s as well', async () => {
  for (const name of ['appid', 'Appid', 'user_scope'])
    expect(await refusal('plain', { params: { [name]: 'x' } })).toMatchObject({
      error: 'config_invalid',
      message: expect.stringContaining(`cannot set ${name}`) as unknown,
    })
})

test('With OAuth 1.0a those of the protocol are refused, and names of other protocols mean nothing', async () => {
  for (const name of ['oauth_token', 'oauth_callback', 'OAuth_Token', 'login_hint'])
    expect(await refusal('old', { params: { [name]: 'evil' } })).toMatchObject({ error: 'config_invalid' })
  asked = { params: { scope: 'read,write', expiration: 'never' } }
  const { searchParams } = await startOf('/enter/old')
  expect(Object.fromEntries(searchParams)).toMatchObject({ scope: 'read,write', expiration: 'never', kept: 'yes' })
  expect((await startOf('/hinted')).searchParams.get('login_hint')).toBe('ada')
})

describe.each(twoModes)('With logins kept in %s', (_name, mode) => {
  test.each(threeSlugs)('a login with them ends as any other, at %s', async (slug) => {
    const other = await serve(mode)
    try {
      const browser = createBrowser()
      await browser.go(`${other.url}/made/${slug}`)
      expect((await browser.json(`${other.url}/me`)).data).toMatchObject({ name: 'Ada Example' })
    } finally {
      await other.close()
    }
  })
})
