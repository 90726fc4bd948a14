import { invalid } from '../invalid.js'
import type { AuthRouterConfig, FetchToken, Settings } from '../settings.js'

/** @throws AuthError `config_invalid` for a `linkByVerifiedEmail` that could not do what it says */
export function emailLinks<Request, Session>(
  { linkByVerifiedEmail = [], userStore }: Partial<AuthRouterConfig<Request, Session>>,
  registrations: Settings['registrations'],
): readonly string[] {
  if (linkByVerifiedEmail.length > 0 && !userStore?.findByEmail)
    throw invalid('linkByVerifiedEmail', 'needs a userStore with the function findByEmail.')
  const unknown = linkByVerifiedEmail.find((slug) => registrations.size > 0 && !registrations.has(slug))
  if (unknown !== undefined)
    throw invalid('linkByVerifiedEmail', `lists slugs of providers, and there is no provider ${JSON.stringify(unknown)}.`)
  const asking = linkByVerifiedEmail.find((slug) => registrations.get(slug)?.ask)
  if (asking !== undefined)
    throw invalid(
      'linkByVerifiedEmail',
      `lists ${JSON.stringify(asking)}, whose users choose who verifies the address, with ask: anybody could be any user. Leave it out.`,
    )
  return linkByVerifiedEmail
}

/** @throws AuthError `config_invalid` for a `fetchToken` without what has to stand beside it */
export function tableReader<Request, Session>({
  fetchToken,
  hooks,
  tokenStore,
}: Partial<AuthRouterConfig<Request, Session>>): FetchToken<Request> | undefined {
  if (fetchToken && !hooks?.onTokens) {
    throw invalid('fetchToken', "needs hooks.onTokens beside it: one reads the application's own table of tokens, the other writes it.")
  }
  if (fetchToken && tokenStore && !tokenStore.lock)
    throw invalid('tokenStore', 'beside fetchToken serves for its locks only, and this one has no function lock.')
  return fetchToken
}

/** @throws AuthError `config_invalid` for a `keepTokens` without the stores that it needs */
export function tokensKeeper<Request, Session>({
  keepTokens = 'session',
  fetchToken,
  tokenStore,
  userStore,
}: Partial<AuthRouterConfig<Request, Session>>): 'session' | 'user' {
  if (keepTokens === 'session') return 'session'
  if (fetchToken) throw invalid('keepTokens', 'is decided by your own table where there is fetchToken: leave out one of the two.')
  if (!tokenStore || !userStore) {
    const missing = tokenStore ? 'userStore' : userStore ? 'tokenStore' : 'tokenStore and userStore'
    throw invalid(
      'keepTokens',
      `'user' keeps tokens for the users of your application and needs the options tokenStore and userStore: ${missing} is missing.`,
    )
  }
  return 'user'
}
