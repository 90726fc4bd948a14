import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { LoginOptions } from '../../middleware/index.js'
import { createBrowser } from '../support/browser.js'
import { startThreeProtocols, threeSlugs, twoModes, type Served, type ThreeProtocols } from '../support/threeProtocols.js'

/** The application's own value of one login: from the handler that starts it to `onLogin`, by way of nobody else. */

let protocols: ThreeProtocols
beforeAll(async () => {
  protocols = await startThreeProtocols()
})
afterAll(async () => {
  await protocols.close()
})

const circle: Record<string, unknown> = {}
circle['self'] = circle

describe.each(twoModes)('The state of a login, kept in %s,', (_name, mode) => {
  let app: Served
  let asked: LoginOptions
  const given: unknown[] = []
  beforeAll(async () => {
    const { options, before } = mode()
    app = await protocols.serve({
      before,
      options: {
        ...options,
        hooks: {
          onLogin: ({ state }) => {
            given.push(state)
          },
        },
      },
      build: (express, auth) => {
        express.get('/enter/:slug', (req) => req.auth.login(req.params.slug, asked))
        for (const slug of threeSlugs) express.get(`/made/${slug}`, auth.login(slug, { state: { made: slug } }))
      },
    })
  })
  afterAll(() => app.close())

  async function enter(slug: string, options: LoginOptions): Promise<{ status: number; given: unknown[] }> {
    given.length = 0
    asked = options
    const { status } = await createBrowser().go(`${app.url}/enter/${slug}`)
    return { status, given: [...given] }
  }

  test.each(threeSlugs)('reaches onLogin with %s', async (slug) => {
    const state = { cart: [7, 'ü'], nested: { yes: true, none: null }, id: Number.MAX_SAFE_INTEGER }
    expect(await enter(slug, { state })).toMatchObject({ given: [state] })
    expect(await enter(slug, {})).toMatchObject({ given: [undefined] })
    given.length = 0
    await createBrowser().go(`${app.url}/made/${slug}`)
    expect(given).toEqual([{ made: slug }])
  })

  test.each([['text'], [0], [false], [null], [[]], [{}]])('may be %j', async (state) => {
    expect((await enter('corp', { state })).given).toEqual([state])
  })

  test('is what JSON makes of it', async () => {
    expect((await enter('corp', { state: { at: new Date(0), left: undefined } })).given).toEqual([{ at: '1970-01-01T00:00:00.000Z' }])
  })

  test('may take 1,024 bytes as JSON, beside the longest place to return to, and no byte more', async () => {
    const returnTo = `/me?${'x'.repeat(2000)}`
    expect(await enter('corp', { state: 'x'.repeat(1022), returnTo })).toEqual({ status: 200, given: ['x'.repeat(1022)] })
    expect(await enter('old', { state: '"'.repeat(511), returnTo })).toEqual({ status: 200, given: ['"'.repeat(511)] })
    for (const state of ['x'.repeat(1023), 'ü'.repeat(512)]) {
      asked = { state }
      const answer = await createBrowser().go(`${app.url}/enter/corp`, { follow: false })
      expect(answer.status).toBe(413)
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  test.each([
    ['a function', () => 1],
    ['a BigInt', 1n],
    ['a circle', circle],
    ['a symbol', Symbol('s')],
  ])('cannot be %s', async (_of, state) => {
    expect(await enter('corp', { state })).toEqual({ status: 400, given: [] })
    expect(() => app.auth.login('corp', { state })).toThrow('The option state of login must be a value that JSON can write')
  })

  test.each(threeSlugs)('is nothing that a link can bring, at %s', async (slug) => {
    given.length = 0
    for (const query of ['state=evil', 'state={"cart":1}', 'state%5Bcart%5D=1', 'x=evil']) {
      await createBrowser().go(`${app.url}/auth/${slug}?${query}`)
      await createBrowser().go(`${app.url}/auth/${slug}`, { method: 'POST', form: { state: 'evil' } })
    }
    expect(given.filter((state) => state !== undefined)).toEqual([])
    await createBrowser().go(`${app.url}/made/${slug}?state=evil&state=worse`)
    expect(given.at(-1)).toEqual({ made: slug })
  })

  test('belongs to one login of a browser, not to the next', async () => {
    const browser = createBrowser()
    given.length = 0
    asked = { state: 'first' }
    const first = await browser.go(`${app.url}/enter/corp`, { follow: false })
    asked = { state: 'second' }
    await browser.go(`${app.url}/enter/plain`)
    await browser.go(first.headers.get('location') ?? '')
    await browser.go(`${app.url}/auth/corp`)
    expect(given).toEqual(['second', 'first', undefined])
  })

  test('is not to be read on its way', async () => {
    const browser = createBrowser()
    asked = { state: 'canary-of-the-state' }
    const start = await browser.go(`${app.url}/enter/corp`, { follow: false })
    const seen = [start.headers.get('location'), ...browser.setCookies].join()
    const decoded = browser.setCookies.map((line) => Buffer.from(line.split('=')[1] ?? '', 'base64url').toString('latin1')).join()
    expect(seen + decoded).not.toContain('canary-of-the-state')
  })
})
