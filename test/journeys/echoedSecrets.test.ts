import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { causeMessage } from '../../lib/base/causeMessage.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Page } from '../support/browser.js'
import { sendJson, startServer, type Received, type SmallServer } from '../support/unitServer.js'

const clientSecret = 'canary-client-secret_1'
const code = 'canary-code_2'

type Echo = (secret: string) => string
const forms: [string, Echo][] = [
  ['as it is', (secret) => secret],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['inside a code', (secret) => `invalid_${secret}_`.slice(0, 64)],
  ['by its beginning', (secret) => secret.slice(0, 64)],
  ['in base64', (secret) => Buffer.from(`a:${secret}`).toString('base64url').slice(0, 64)],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex').slice(0, 64)],
  ['percent-encoded', (secret) => secret.replaceAll('-', '%2D')],
  ['in a sentence', (secret) => `The secret ${secret} is wrong`],
]

let openid: OpenidProvider
let hostile: SmallServer
let app: Application
let told: unknown[] = []
/** What the hostile server says is wrong, of what it was sent. */
let wrong: (request: Received) => string

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  hostile = await startServer((request, res) => {
    const { origin } = hostile
    if (request.url.startsWith('/.well-known'))
      sendJson(res, {
        issuer: origin,
        authorization_endpoint: `${origin}/a`,
        token_endpoint: `${origin}/t`,
        jwks_uri: `${origin}/k`,
        id_token_signing_alg_values_supported: ['RS256'],
      })
    else {
      // A reason phrase holds one line of Latin letters.
      res.statusMessage = wrong(request)
      sendJson(res, { error: wrong(request), error_description: wrong(request), error_uri: `https://evil.example/${wrong(request)}` }, 400)
    }
  })
  const { origin } = hostile
  const client = { clientId: 'a', clientSecret }
  const log = (event: object): void => {
    told.push(event)
  }
  app = await startApplication(openid, {
    logger: { debug: log, info: log, warn: log, error: log },
    hooks: {
      onError: ({ error }) => {
        told.push(error, String(error), error.trace, error.stack, causeMessage(error))
      },
    },
    providers: {
      oidc: { protocol: 'oidc', issuer: origin, ...client },
      header: {
        protocol: 'oauth2',
        authorizationEndpoint: `${origin}/a`,
        tokenEndpoint: `${origin}/t`,
        userinfoEndpoint: `${origin}/u`,
        profile: { id: 'id' },
        ...client,
      },
      form: {
        protocol: 'oauth2',
        authorizationEndpoint: `${origin}/a`,
        tokenEndpoint: `${origin}/t`,
        userinfoEndpoint: `${origin}/u`,
        profile: { id: 'id' },
        ...client,
        clientAuth: 'post',
        tokenMethod: 'POST',
        tokenResponseFormat: 'form',
      },
    },
  })
  app.router.on('error', (event) => {
    told.push(event)
  })
})
afterAll(async () => {
  await app.close()
  await hostile.close()
  await openid.close()
})
beforeEach(() => {
  told = []
})

async function callback(slug: string, parameters: Record<string, string>): Promise<Page[]> {
  const pages: Page[] = []
  for (const accept of ['text/html', 'application/json']) {
    const browser = createBrowser()
    const start = await browser.go(`${app.url}/auth/${slug}`, { follow: false })
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
    pages.push(
      await browser.go(`${app.url}/auth/${slug}/callback?${new URLSearchParams({ ...parameters, state }).toString()}`, {
        headers: { accept },
      }),
    )
  }
  return pages
}

const everything = (pages: Page[]): string =>
  [
    ...pages.map(({ body }) => body),
    ...told.map((one) => inspect(one, { depth: 5 }) + ((JSON.stringify(one) as string | undefined) ?? '')),
  ].join('\n')

describe.each(['oidc', 'header', 'form'])('Of an error that the token endpoint of the entry "%s" answers', (slug) => {
  const secrets: [string, (request: Received) => string][] = [
    ["the client's secret", () => clientSecret],
    ['the code', () => code],
    ['the verifier', ({ body }) => new URLSearchParams(body).get('code_verifier') ?? ''],
  ]
  test.each(secrets.flatMap(([what, secret]) => forms.map(([form, echo]) => [what, form, secret, echo] as const)))(
    '%s is not repeated, %s',
    async (_what, _form, secret, echo) => {
      let echoed = ''
      wrong = (request) => (echoed = echo(secret(request)))
      const pages = await callback(slug, { code })
      expect(pages.map(({ status }) => status)).toEqual([400, 400])
      expect(echoed.length).toBeGreaterThan(8)
      expect(told.length).toBeGreaterThan(0)
      expect(everything(pages)).not.toContain(echoed)
      expect(everything(pages)).not.toMatch(/canary/i)
    },
  )

  test('a code that is one is told, to the log and on the page', async () => {
    wrong = () => 'invalid_client'
    const [page] = await callback(slug, { code })
    expect(page?.body).toContain('(invalid_client)')
    expect(told).toContainEqual(expect.objectContaining({ event: 'login_failed', providerError: 'invalid_client' }))
  })
})

test.each(forms)("Of an error that the callback brings, the client's secret is not repeated, %s", async (_form, echo) => {
  for (const slug of ['oidc', 'header']) {
    const pages = await callback(slug, { error: echo(clientSecret), error_description: clientSecret })
    expect(pages.map(({ status }) => status)).toEqual([400, 400])
    expect(everything(pages)).not.toContain(echo(clientSecret))
    expect(everything(pages)).not.toMatch(/canary/i)
  }
})

test('An error as long as a code may be is told, and a longer one is not', async () => {
  const [page] = await callback('header', { error: 'e'.repeat(64) })
  expect(page?.body).toContain('e'.repeat(64))
  const [other] = await callback('header', { error: 'e'.repeat(65) })
  expect(other?.body).not.toContain('eeee')
})
