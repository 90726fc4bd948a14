import { expect } from '@jest/globals'
import { authRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import type { AuthError } from '../../lib/base/errors.js'
import { testSecret } from '../support/application.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { clientId, type MockOp } from './mockOp.js'

export const clientSecret = 'a client secret with more than sixty-four bytes, as HS512 wants it to be'

/** How a login ended: with a user, or with the code of an error and its reason. */
export interface Outcome {
  status: number
  user?: Record<string, unknown>
  error?: string
  reason?: string | undefined
}

/** A running application, seen from outside, by one browser after the other. */
export interface RelyingParty {
  url: string
  /** Signs a new browser in. */
  signIn: () => Promise<Outcome>
  /** The same, ending with what another path of the application answers to that browser. */
  signInAnd: (path: string) => Promise<Outcome & { answer: unknown }>
  close: () => Promise<void>
}

/** An application whose entry `corp` knows issuer, id and secret, and what `entry` says beside. */
export async function startRelyingParty(
  op: MockOp,
  entry: ProviderEntry = {},
  options: Partial<AuthRouterOptions> = {},
): Promise<RelyingParty> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const errors: AuthError[] = []
  const router = authRouter({
    secret: testSecret,
    baseUrl: url,
    logger: false,
    providers: { corp: { protocol: 'oidc', issuer: op.issuer, clientId, clientSecret, apiBaseUrl: `${op.issuer}/api/`, ...entry } },
    ...options,
  })
  router.on('error', ({ error }) => errors.push(error))
  app = hosts['Express 5']({
    router,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser ?? null)
      },
      '/refresh': async (req, res) => {
        const { credentials } = req.oauthClient
        const failed = await credentials.refresh({ force: true }).then(
          () => undefined,
          (error: unknown) => error as AuthError,
        )
        sendJson(res, { error: failed?.code, reason: failed?.reason, accessToken: credentials.accessToken })
      },
    },
  })

  async function visit(path?: string): Promise<Outcome & { answer: unknown }> {
    const jar = new Map<string, string>()
    const go = async (address: string): Promise<Response> => {
      const response = await fetch(address, {
        redirect: 'manual',
        headers: { accept: 'application/json', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      })
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
        jar.set(name, value)
      }
      return response
    }
    errors.length = 0
    const started = await go(`${url}/auth/corp`)
    const answer = (await started.json()) as { location?: string; error?: string }
    if (answer.location === undefined) return { status: started.status, error: answer.error ?? '', reason: errors.at(-1)?.reason, answer }
    const ended = await go(`${url}/auth/corp/callback?${op.approve(answer.location).toString()}`)
    const text = await ended.text()
    const user = (await (await go(`${url}/me`)).json()) as Record<string, unknown> | null
    // Nobody is half signed in: who got an error is nobody, and who did not is somebody.
    expect([ended.status, user !== null]).toEqual([ended.status, ended.status === 200])
    const outcome: Outcome = user
      ? { status: ended.status, user }
      : { status: ended.status, error: (JSON.parse(text) as { error: string }).error, reason: errors.at(-1)?.reason }
    return { ...outcome, answer: path === undefined ? undefined : await (await go(`${url}${path}`)).json() }
  }

  return {
    url,
    signIn: () => visit(),
    signInAnd: visit,
    close: async () => {
      await router.close()
      await close()
    },
  }
}

export const accepted = { status: 200, user: expect.objectContaining({ id: 'ada' }) as unknown }

/** What a refused ID Token, or what belongs to one, ends in. */
export function refused(reason?: unknown): object {
  return { status: 400, error: 'idtoken_invalid', ...(reason === undefined ? {} : { reason }) }
}
