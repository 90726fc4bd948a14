import type { Registration } from '../../model/context.js'
import { invalid } from '../invalid.js'
import { isRouteName } from './slugs.js'

/** Whether an option's name is one that other packages have for the address of the callback: `callbackURL`, `redirect_uri` and the like. */
export function isCallbackName(option: string): boolean {
  return /^(callback|redirect)_?(uri|url)$/i.test(option)
}

/**
 * Where a provider sends people back to, as it is to be registered there: one address for each that the application is reached at.
 *
 * @param baseUrls without a slash at the end; none where they are not known
 * @param path prefix of the routes
 */
export function callbackUrls(
  baseUrls: readonly string[],
  path: string,
  { slug, callbackPath = defaultCallbackPath(path, slug) }: Pick<Registration, 'slug' | 'callbackPath'>,
): string[] {
  return (baseUrls.length > 0 ? baseUrls : ['<baseUrl>']).map((baseUrl) => baseUrl + callbackPath)
}

function defaultCallbackPath(path: string, slug: string): string {
  return `${path}/${slug}/callback`
}

/**
 * Checks that an entry's own path of the callback is no other route's.
 * @param sources `path` is the prefix of the routes; `lookedUp` whether the entry comes from a lookup
 * @param option path of the option, for the message
 * @throws AuthError `config_invalid`
 */
export function checkCallbackPath(
  callbackPath: string,
  slug: string,
  { path: prefix, lookedUp = false }: { path: string; lookedUp?: boolean },
  option: string,
): void {
  if (lookedUp)
    throw invalid(option, 'is for entries that are configured: what providers(slug, req) finds is found by its slug. Leave it out.')
  if (callbackPath === defaultCallbackPath(prefix, slug)) return
  if (callbackPath !== prefix && !callbackPath.startsWith(`${prefix}/`)) return
  const [, name, ...below] = callbackPath.slice(prefix.length).split('/')
  const isRoute = name === undefined || below[0] === undefined || (isRouteName(below[0]) && (below.length === 1 || below[0] === 'api'))
  if (isRoute) throw invalid(option, `cannot be ${callbackPath}: it is a route of authrouter's own. Choose another, or leave it out.`)
}

/**
 * Notes whose callback stands at a path of its own.
 * @param slugs by path
 * @throws AuthError `config_invalid` where another entry has the same: an answer would not say which login it is for
 */
export function noteCallbackPath(slugs: Map<string, string>, { slug, callbackPath }: Registration): void {
  if (callbackPath === undefined) return
  const owner = slugs.get(callbackPath)
  if (owner !== undefined)
    throw invalid(`providers.${slug}.callbackPath`, `is that of providers.${owner} too: each entry needs a path of its own.`)
  slugs.set(callbackPath, slug)
}
