import { AuthError } from '../base/errors.js'
import type { Http } from '../model/http.js'

const maxRedirects = 3
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * The way out for public documents, discovery and keys: it follows up to three redirects on the same origin, all in the time of one call.
 * Requests that carry a token or a secret are not for it.
 *
 * @param timeout milliseconds for a request that names no time of its own
 * @returns a function that throws `provider_bad_response` for a redirect to another origin, and for a fourth one
 */
export function followingRedirects(http: Http, timeout: number): Http {
  return async (request) => {
    const end = performance.now() + (request.timeout ?? timeout)
    let { url } = request
    for (let followed = 0; ; followed++) {
      const response = await http({ ...request, url, timeout: Math.max(1, end - performance.now()) })
      const { location } = response.headers
      if (!redirects.has(response.status) || location === undefined) return response
      url = nextAddress(url, location)
      if (followed === maxRedirects) throw new AuthError('provider_bad_response', 'The provider redirects a document of its own too often.')
    }
  }
}

function nextAddress(url: string, location: string): string {
  const { origin } = new URL(url)
  const next = URL.canParse(location, url) ? new URL(location, url) : undefined
  // The origin says nothing of a user name or a password.
  if (next?.origin === origin && next.username === '' && next.password === '') return next.href
  throw new AuthError(
    'provider_bad_response',
    'The provider redirects a document of its own to another site, which is not followed: '
      + 'set the issuer or the address to the one that answers.',
  )
}
