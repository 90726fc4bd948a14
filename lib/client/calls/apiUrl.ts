import { AuthError } from '../../base/errors.js'
import { isSecureUrl } from '../../base/loopback.js'
import type { Context } from '../../model/context.js'
import type { AuthUser } from '../../model/user.js'

/** What `{name}` in an address is filled from: the user, and facts of the connection. */
export type Fields = Partial<AuthUser> | Readonly<Record<string, string>>

// Browsers and servers strip or turn these into slashes; no address of an API needs them.
const forbiddenCharacters = /[\u0000-\u0020\u007f\\]/
// A step up that only a lax server sees: encoded, or with a path parameter behind the dots.
const hiddenStepUp = /(?:^|[/\\;])\.\.(?:[/\\;]|$)/

/**
 * The address that a call to a provider's API goes to: under the base URL, on its host, or on a host that may receive the token.
 *
 * @param path relative to `apiBaseUrl`, or an absolute URL; `{id}` and other fields are filled in, percent-encoded
 * @throws AuthError `host_not_allowed` or `path_escape`, before anything is sent
 */
export function apiUrl({ provider, slug }: Pick<Context, 'provider' | 'slug'>, path: string, user: Fields | undefined): URL {
  const text = fillUser(path, user, slug)
  if (forbiddenCharacters.test(text))
    throw notAllowed(slug, 'The address of an API call may not hold white space, control characters or backslashes.')
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//')) return allowedUrl({ provider, slug }, text)
  if (provider.apiBaseUrl === undefined) throw new AuthError('config_invalid', withoutBase(provider, slug), { provider: slug })
  return relative(text.replace(/^\//, ''), new URL(provider.apiBaseUrl), slug)
}

/**
 * An absolute address that may receive the token: on the host of `apiBaseUrl`, or on one of `apiHosts`. Nothing is filled in.
 *
 * @throws AuthError `host_not_allowed`
 */
export function allowedUrl({ provider, slug }: Pick<Context, 'provider' | 'slug'>, address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || url.username || url.password || !isSecureUrl(url))
    throw notAllowed(slug, 'The address of an API call must be a plain https URL.')
  const ownOrigin = provider.apiBaseUrl === undefined ? undefined : new URL(provider.apiBaseUrl).origin
  if (url.origin !== ownOrigin && !provider.apiHosts?.includes(url.host)) {
    throw notAllowed(
      slug,
      `The access token of "${slug}" may not be sent to another host; list the host in providers.${slug}.apiHosts if it belongs to the provider.`,
    )
  }
  return url
}

function withoutBase({ apiBaseTemplate }: Context['provider'], slug: string): string {
  return apiBaseTemplate === undefined
    ? `Relative API addresses need providers.${slug}.apiBaseUrl.`
    : `This connection has no facts for providers.${slug}.apiBaseUrl: its tokens were kept without them, or the provider did not name them.`
}

function relative(text: string, base: URL, slug: string): URL {
  // The dot keeps a first segment with a colon from being read as a scheme.
  const url = new URL(`./${text}`, base)
  if (url.origin !== base.origin) throw notAllowed(slug, "The address of an API call leaves the provider's host.")
  if (!url.pathname.startsWith(base.pathname) || hiddenStepUp.test(decodeRepeatedly(url.pathname))) {
    throw new AuthError('path_escape', `The address of an API call leaves providers.${slug}.apiBaseUrl.`, { provider: slug })
  }
  return url
}

function decodeRepeatedly(pathname: string): string {
  let text = pathname
  for (let round = 0; round < 3 && /%[0-9a-f]{2}/i.test(text); round++) {
    text = text.replace(/%(2e|2f|5c|3b|25)/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  }
  return text
}

function fillUser(path: string, user: Fields | undefined, slug: string): string {
  return path.replace(/\{([A-Za-z]+)\}/g, (_match, field: string) => {
    const value: unknown = user && Object.hasOwn(user, field) ? user[field as keyof Fields] : undefined
    if (typeof value !== 'string')
      throw new AuthError('bad_request', `The API address names {${field}}, which this user does not have.`, { provider: slug })
    if (value === '.' || value === '..')
      throw new AuthError('path_escape', 'A field of the user would change the path of the API address.', { provider: slug })
    return encodeURIComponent(value)
  })
}

function notAllowed(slug: string, message: string): AuthError {
  return new AuthError('host_not_allowed', message, { provider: slug })
}
