import { inspect } from 'node:util'
import { AuthError } from '../../lib/base/errors.js'
import type { ApiClient, ApiResponse, RequestOptions } from '../../lib/client/apiClient.js'
import type { Credentials } from '../../lib/client/credentials.js'

/**
 * An API client of an account that has to be looked for first: at the first call, and again after one that did not find it.
 * @param find throws why there is none
 */
export function lateClient(slug: string, find: () => Promise<ApiClient>): ApiClient {
  let finding: Promise<ApiClient> | undefined
  let found: ApiClient | undefined
  const client = (): Promise<ApiClient> =>
    (finding ??= find().then(
      (late) => (found = late),
      (error: unknown) => {
        finding = undefined
        throw error
      },
    ))
  const request = async <Data>(method: string, url: string, options?: RequestOptions): Promise<ApiResponse<Data>> =>
    (await client()).request<Data>(method, url, options)

  const late: ApiClient = {
    get: (url, options) => request('GET', url, options),
    head: (url, options) => request('HEAD', url, options),
    post: (url, options) => request('POST', url, options),
    put: (url, options) => request('PUT', url, options),
    patch: (url, options) => request('PATCH', url, options),
    delete: (url, options) => request('DELETE', url, options),
    request,
    fetch: async (url, init) => (await client()).fetch(url, init),
    async *pages(url, options) {
      yield* (await client()).pages(url, options)
    },
    for: (target) => lateClient(slug, async () => (await client()).for(target)),
    credentials: lateCredentials(slug, client, () => found?.credentials),
    get facts() {
      return found?.facts ?? Object.freeze({})
    },
  }
  return Object.defineProperty(late, inspect.custom, { value: () => `ApiClient { provider: '${slug}' }`, enumerable: false })
}

/** @param found throws nothing: `undefined` before the first call */
function lateCredentials(slug: string, client: () => Promise<ApiClient>, found: () => Credentials | undefined): Credentials {
  const present = (): Credentials => {
    const credentials = found()
    if (credentials) return credentials
    throw new AuthError('credentials_gone', 'The account has not been looked for yet: make a call, or await credentials.refresh().', {
      provider: slug,
    })
  }
  // Not a spread: each is asked for anew, and listing the credentials of nobody yet must not throw.
  return Object.defineProperties({} as Credentials, {
    provider: { value: slug, enumerable: true },
    ...Object.fromEntries(facts.map((name) => [name, { get: () => present()[name] }])),
    expiresSoon: { value: (seconds?: number) => present().expiresSoon(seconds) },
    refresh: { value: async (options?: { force?: boolean }) => (await client()).credentials.refresh(options) },
    revoke: { value: async () => (await client()).credentials.revoke() },
    seal: { value: () => present().seal() },
    toJSON: { value: () => (found() as { toJSON?: () => unknown } | undefined)?.toJSON?.() ?? { provider: slug } },
    [inspect.custom]: { value: () => `Credentials { provider: '${slug}' }` },
  })
}

// A record, so that none is forgotten.
const facts = Object.keys({
  tokenType: true,
  scope: true,
  authorizationDetails: true,
  expiresAt: true,
  expiresIn: true,
  valid: true,
  reauthRequired: true,
  accessToken: true,
} satisfies Record<Exclude<keyof Credentials, 'provider' | 'expiresSoon' | 'refresh' | 'revoke' | 'seal'>, true>) as (keyof Credentials)[]
