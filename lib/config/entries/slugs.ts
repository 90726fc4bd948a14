import { invalid, printable } from '../invalid.js'

/** What routes are called below a slug. */
const belowSlug = ['callback', 'link', 'unlink', 'api', 'backchannel-logout', 'frontchannel-logout']

// With what they are called below the prefix, and what an object would not keep apart from its own members.
const reserved = new Set(['logout', 'session', ...belowSlug, 'defaults', 'constructor'])

/** Whether a segment of a path, behind that of a slug, makes it one of our routes. */
export function isRouteName(segment: string): boolean {
  return segment === 'xrds' || segment === 'confirmed' || belowSlug.includes(segment)
}

/** @throws AuthError `config_invalid` for a slug that cannot be a segment of a route, or is one already */
export function checkSlug(slug: string): void {
  const path = `providers.${printable(slug)}`
  if (reserved.has(slug)) throw invalid(path, 'cannot be a slug: authrouter uses the name itself; choose another.')
  if (slug.length > 64) throw invalid(path, 'cannot be a slug: it is longer than 64 characters.')
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(slug)) {
    throw invalid(path, 'cannot be a slug: write lower-case letters, digits, - and _, the first one a letter or a digit.')
  }
}

/** @throws AuthError `config_invalid` for two slugs whose ids and secrets would come from the same environment variables */
export function checkVariables(slugs: readonly string[]): void {
  const owners = new Map<string, string>()
  for (const slug of slugs) {
    const prefix = variablePrefix(slug)
    const owner = owners.get(prefix)
    if (owner !== undefined) {
      throw invalid(`providers.${slug}`, `and providers.${owner} both read the environment variables ${prefix}*: rename one.`)
    }
    owners.set(prefix, slug)
  }
}

/** What the environment variables of an entry begin with. */
export function variablePrefix(slug: string): string {
  return `${slug.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_`
}
