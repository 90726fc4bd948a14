import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from './application.js'
import { createBrowser, type Page } from './browser.js'
import { submitted } from './formPost.js'
import { hosts, listen, sendJson } from './hosts.js'
import { halfHash, type FakeOpenid } from './unitOpenid.js'

/** What came of a login, seen from outside. */
export interface Outcome {
  signedIn: boolean
  /** The code of the error, or where the browser ended. */
  told: string
  tokenCalls: number
  userinfoCalls: number
}

/** A login whose answer a test may change. */
export interface Answering {
  /** Changes the parameters of the answer. */
  answer?: (parameters: Record<string, string>) => Record<string, string>
  /** Changes what the provider is about to answer at its other endpoints. */
  before?: (fake: FakeOpenid) => void | Promise<void>
}

export interface RelyingParty {
  url: string
  login: (answering?: Answering) => Promise<Outcome>
  close: () => Promise<void>
}

/** Starts an application with one entry at a fake provider, and drives its logins as a browser would. */
export async function startRelyingParty(
  fake: FakeOpenid,
  entry: Record<string, unknown> = {},
  options: Partial<AuthRouterOptions> = {},
): Promise<RelyingParty> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const corp = { protocol: 'oidc' as const, issuer: fake.issuer, clientId: 'the-client', clientSecret: 'the-secret', ...entry }
  const router = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: { corp }, ...options })
  app = hosts['Express 5']({
    router,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser)
      },
    },
  })
  const isPosted = entry['responseMode'] === 'form_post'

  return {
    url,
    async login({ answer = (parameters: Record<string, string>) => parameters, before }: Answering = {}) {
      const browser = createBrowser()
      const { headers } = await browser.go(`${url}/auth/corp?returnTo=/me`, { follow: false })
      const asked = new URL(headers.get('location') ?? '').searchParams
      const now = Math.floor(Date.now() / 1000)
      fake.claims = {
        iss: fake.issuer,
        sub: 'ada',
        aud: corp.clientId,
        iat: now,
        exp: now + 600,
        nonce: asked.get('nonce'),
        at_hash: halfHash('sha256'),
      }
      await before?.(fake)
      const earlier = { token: fake.calls('/token'), userinfo: fake.calls('/userinfo') }
      const fields = answer({ code: 'c', state: asked.get('state') ?? '', iss: fake.issuer })
      const callback = `${url}/auth/corp/callback`
      const page: Page = isPosted
        ? await submitted(browser, formPage(callback, fields))
        : await browser.go(`${callback}?${new URLSearchParams(fields).toString()}`)
      const { data } = await browser.json(`${url}/me`)
      return {
        signedIn: data !== null,
        told: page.status < 400 ? new URL(page.url).pathname : (/<code>([\w-]+)/.exec(page.body)?.[1] ?? String(page.status)),
        tokenCalls: fake.calls('/token') - earlier.token,
        userinfoCalls: fake.calls('/userinfo') - earlier.userinfo,
      }
    },
    close: async () => {
      await router.close()
      await close()
    },
  }
}

/** The page that a provider answers with for `response_mode=form_post`. */
function formPage(action: string, fields: Record<string, string>): Page {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}"/>`)
  return { url: '', status: 200, headers: new Headers(), body: `<form method="post" action="${action}">${inputs.join('')}</form>` }
}
