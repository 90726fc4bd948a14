import { jest } from '@jest/globals'
import { memoryTokenStore, memoryUserStore, type TokenStore, type UserStore } from '../../lib/stores/index.js'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen, sendJson as answerJson, type AppParts } from '../support/hosts.js'
import { sendJson, startServer, type Received } from '../support/unitServer.js'
import { createGates } from './gates.js'

// A provider that signs in whom a test wants, rotates its refresh tokens and does as it is told; and an application with
// `keepTokens: 'user'`, whose stores and callers a test may hold or fail.

/** OAuth 2.0 provider: access tokens `at-<client>-<who>-<number>`, refresh tokens that are worth something once. */
export async function startRotating() {
  const live = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const told = {
    /** Id of who signs in next. */
    who: 'ada',
    /** Whether code answers come without a refresh token, as many providers' do from the second login on. */
    isSparing: false,
    /** What refreshes are answered with. */
    refusal: undefined as { status: number; body: unknown } | undefined,
    /** Name of the gate that refreshes wait at when they have been made. */
    gate: undefined as string | undefined,
    refreshes: 0,
    calls: [] as string[],
    revoked,
    live,
  }
  const gates = createGates()
  const issue = (client: string, who: string, isSparing = false): object => {
    const access = `at-${client}-${who}-${String(++count)}`
    const refresh = `rt-${client}-${who}-${String(count)}`
    if (!isSparing) live.add(refresh)
    return { access_token: access, token_type: 'Bearer', expires_in: 3600, ...(isSparing ? {} : { refresh_token: refresh }) }
  }
  const token = async (form: URLSearchParams, answer: (status: number, body: unknown) => void): Promise<void> => {
    const client = form.get('client_id') ?? ''
    if (form.get('grant_type') === 'authorization_code') {
      answer(200, issue(client, form.get('code') ?? '', told.isSparing))
      return
    }
    told.refreshes++
    const { refusal, gate } = told
    const old = form.get('refresh_token') ?? ''
    const isLive = live.delete(old)
    const refreshed = isLive ? issue(client, old.split('-')[2] ?? '') : undefined
    if (gate !== undefined) await gates.pass(gate)
    if (refusal) answer(refusal.status, refusal.body)
    else answer(refreshed ? 200 : 400, refreshed ?? { error: 'invalid_grant' })
  }
  const server = await startServer(async ({ url, body, headers }: Received, res) => {
    const { pathname, searchParams } = new URL(url, 'http://any')
    const form = new URLSearchParams(body)
    const bearer = headers.authorization?.replace('Bearer ', '') ?? ''
    if (pathname === '/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.search = String(new URLSearchParams({ code: told.who, state: searchParams.get('state') ?? '' }))
      res.writeHead(302, { location: back.href }).end()
    } else if (pathname === '/token')
      await token(form, (status, answer) => {
        sendJson(res, answer, status)
      })
    else if (pathname === '/revoke') {
      revoked.push(form.get('token') ?? '')
      live.delete(form.get('token') ?? '')
      res.writeHead(200).end()
    } else if (pathname === '/me') sendJson(res, { id: bearer.split('-')[2], name: 'Somebody' })
    else {
      told.calls.push(bearer)
      sendJson(res, { token: bearer })
    }
  })
  const entry = (slug: string, more: object = {}): Record<string, unknown> => ({
    protocol: 'oauth2',
    title: slug,
    authorizationEndpoint: `${server.origin}/authorize`,
    tokenEndpoint: `${server.origin}/token`,
    userinfoEndpoint: `${server.origin}/me`,
    revocationEndpoint: `${server.origin}/revoke`,
    apiBaseUrl: `${server.origin}/api/`,
    clientAuth: 'post',
    clientId: slug,
    clientSecret: 'canary-client-secret of the tests',
    profile: { id: 'id', name: 'name' },
    ...more,
  })
  return Object.assign(told, { gates, entry, close: server.close })
}
export type Rotating = Awaited<ReturnType<typeof startRotating>>

/** Stores that a test may hold and fail, by the operation and the key. */
export function tamperedStore(inner: TokenStore = memoryTokenStore()) {
  const fails = (_operation: string, _key: string): boolean => false
  const before = (_operation: string, _key: string): Promise<void> | undefined => undefined
  const told = { fails, before }
  const through = async <T>(operation: string, key: string, work: () => Promise<T>): Promise<T> => {
    await told.before(operation, key)
    if (told.fails(operation, key)) throw new Error('canary: the store is away')
    return await work()
  }
  const store: TokenStore = {
    get: (key) => through('get', key, () => inner.get(key)),
    set: (key, record, options) => through('set', key, () => inner.set(key, record, options)),
    delete: (key) => through('delete', key, () => inner.delete(key)),
    lock: (key, ttl) => through('lock', key, async () => inner.lock?.(key, ttl)),
    take: (key, ttl) => through('take', key, async () => (await inner.take?.(key, ttl)) ?? true),
  }
  return Object.assign(told, { store })
}

export const isAccount = (key: string): boolean => key.includes(':account:')

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const slugs = ['one', 'two', 'three']

/** One application, with further processes of it. */
export async function startSite(provider: Rotating, options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}) {
  const tokens = tamperedStore()
  const users = memoryUserStore() as UserStore
  const closing: (() => unknown)[] = []
  const logged: unknown[] = []
  const line = (entry: unknown): void => void logged.push(entry)
  const logger = { debug: line, info: line, warn: line, error: line }
  let url = ''
  const router = (more: Partial<AuthRouterOptions> = {}): AuthRouter => {
    const made = authRouter({
      secret: testSecret,
      baseUrl: url,
      logger,
      providers: Object.fromEntries(slugs.map((slug) => [slug, provider.entry(slug)])),
      tokenStore: tokens.store,
      userStore: users,
      keepTokens: 'user',
      ...options,
      ...more,
    } as AuthRouterOptions)
    closing.push(() => made.close())
    return made
  }
  /** A process that answers requests. */
  const serve = async (more: Partial<AuthRouterOptions> = {}) => {
    let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
    const server = await listen((req, res) => {
      app(req, res)
    })
    closing.push(server.close)
    url ||= server.url
    const made = router({ ...more, ...(url === server.url ? {} : { baseUrl: server.url }) })
    app = hosts['Express 5']({
      router: made,
      ...parts,
      handlers: {
        '/': (_req, res) => {
          answerJson(res, null)
        },
        '/row': (req, res) => {
          answerJson(res, (req as { user?: unknown }).user ?? null)
        },
        '/clients': async (req, res) => {
          const asked = Object.entries(req.oauthClients).map(async ([slug, client]) => [
            slug,
            await client.get<{ token: string }>('x').then(({ data }) => data.token, codeOf),
          ])
          answerJson(res, Object.fromEntries(await Promise.all(asked)))
        },
        '/sealed': (req, res) => {
          answerJson(res, Object.fromEntries(Object.entries(req.oauthClients).map(([slug, { credentials }]) => [slug, credentials.seal()])))
        },
        ...parts.handlers,
      },
    })
    return { url: server.url, router: made }
  }
  const { router: first } = await serve()
  const post = (browser: Browser, path: string, at = url): ReturnType<Browser['go']> =>
    browser.go(`${at}${path}`, { method: 'POST', headers: own })
  return {
    url,
    router: first,
    another: router,
    serve,
    users,
    tokens,
    logged,
    post,
    async signIn(slug: string, who: string, browser = createBrowser(), at = url) {
      provider.who = who
      const { status } = await browser.go(`${at}/auth/${slug}?returnTo=/row`)
      const { data } = await browser.json<{ id: string } | null>(`${at}/row`)
      return { browser, status, id: data?.id ?? '' }
    },
    async link(browser: Browser, slug: string, who: string) {
      provider.who = who
      return (await post(browser, `/auth/${slug}/link`)).status
    },
    unlink: async (browser: Browser, slug: string) => (await post(browser, `/auth/${slug}/unlink`)).status,
    keysIn: async (browser: Browser, at = url) =>
      (await browser.json<{ accounts?: { key: string }[] }>(`${at}/auth/session`)).data.accounts?.map(({ key }) => key),
    calls: async (browser: Browser, at = url) => (await browser.json<Record<string, string>>(`${at}/clients`)).data,
    async close() {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}
export type AttackedSite = Awaited<ReturnType<typeof startSite>>

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code)
}

/** What a job's call was answered: the access token that it was made with, or the code of its error. */
export async function callOf({ get }: ReturnType<AuthRouter['client']>): Promise<string> {
  return await get<{ token: string }>('x').then(({ data }) => data.token, codeOf)
}

export function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}
