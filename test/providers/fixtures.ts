import { readFileSync } from 'node:fs'
import { parseJson } from '../../lib/base/json.js'
import { standardClaims, toUser } from '../../lib/profile.js'
import type { AuthUser, ProfileMap, Provider, RawProfile, Template, Tokens } from '../../lib/types.js'

const addressFields = [
  'issuer',
  'identifier',
  'authorizationEndpoint',
  'tokenEndpoint',
  'userinfoEndpoint',
  'requestTokenEndpoint',
  'accessTokenEndpoint',
  'revocationEndpoint',
  'jwksUri',
  'apiBaseUrl',
  'authorizationResponseIssuer',
] as const

/** What a provider's documentation shows, with invented persons, and the user that must come of it: a file `<slug>.json` each. */
export interface Fixture {
  /** Where the shapes come from. */
  documentation: string[]
  /** Why `emailVerified` may be mapped; absent where it is not. */
  emailVerifiedReason?: string
  /** Values of the entry's parameters that have no default, and of those that are to be shown with another one. */
  parameters?: Record<string, string>
  /** Whether the entry signs with a private key. */
  needsPrivateKey?: boolean
  /** What the callback brings beside code and state. */
  callback?: Record<string, string>
  /** The answer of the token endpoint: JSON, or the text of a form-encoded one (OAuth 1.0a: also the parameters of it). */
  tokenResponse: Record<string, unknown> | string
  /** Claims of the ID Token (OpenID Connect). */
  claims?: RawProfile
  /** The answer of the userinfo endpoint; absent where the ID Token or the token answer is all there is. */
  userinfo?: RawProfile
  /** The answers of the entry's `extraRequests`, by name. */
  extraRequests?: Record<string, unknown>
  /** The expected user, without `raw` and `loggedInAt`. */
  user: Omit<AuthUser, 'raw' | 'loggedInAt'>
}

export const folder = new URL('.', import.meta.url)

/** Reads a provider's fixture with the parser that reads providers' answers. */
export function readFixture(slug: string): Fixture {
  return parseJson(readFileSync(new URL(`${slug}.json`, folder), 'utf8')) as Fixture
}

/** The profile as the flow puts it together: claims, userinfo, extra answers, then the provider's own repair. */
export function mergedProfile(provider: Provider, { claims, tokenResponse, callback = {}, userinfo, extraRequests }: Fixture): RawProfile {
  const raw = { ...claims, ...userinfo, ...extraRequests }
  const tokens: Tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }
  return provider.hooks?.userinfo?.(raw, tokens, { client: { clientId: 'example' }, response: responseOf(tokenResponse), callback }) ?? raw
}

/** A documented token answer, parsed. */
export function responseOf(tokenResponse: Fixture['tokenResponse']): Record<string, unknown> {
  return typeof tokenResponse === 'string' ? Object.fromEntries(new URLSearchParams(tokenResponse)) : tokenResponse
}

/** The profile map as the configuration completes it. */
export function completeMap({ protocol, profile }: Provider): ProfileMap {
  const standard = protocol === 'oidc' || protocol === 'header-jwt' ? standardClaims : typeof protocol === 'string' ? {} : protocol.profile
  return { ...standard, ...profile }
}

/** Milliseconds since 1970 of the logins here. */
export const now = Date.UTC(2026, 0, 1)

/** The user that a fixture's answers make. */
export function userOf(slug: string, provider: Provider, fixture: Fixture): AuthUser {
  return toUser(mergedProfile(provider, fixture), { slug, profile: completeMap(provider), claims: fixture.claims, now })
}

function parametersOf({ parameters = {} }: Pick<Provider, 'parameters'>, given: Record<string, string>): Record<string, string> {
  const defaults = Object.entries(parameters).map(([name, parameter]): [string, string] => [name, parameter.default ?? ''])
  return { ...Object.fromEntries(defaults), ...given }
}

/** Fills a template with the entry's default parameters, or with those that are given. */
export function fill(template: Template, { parameters = {} }: Provider, given: Record<string, string> = {}): string {
  const values = parametersOf({ parameters }, given)
  if (typeof template === 'function') return template(values)
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

/** Every address of an entry, by its path in the entry. */
export function addresses(provider: Provider, given: Record<string, string> = {}): Record<string, string> {
  const templates: [string, Template | undefined][] = addressFields.map((name) => [name, provider[name]])
  const facts = { client: { clientId: 'example', parameters: parametersOf(provider, given) }, response: {}, callback: {} }
  for (const [name, extra] of Object.entries(provider.extraRequests ?? {})) {
    templates.push([`extraRequests.${name}`, typeof extra === 'function' ? extra({}, facts) : extra])
  }
  const known = templates.filter((entry): entry is [string, Template] => entry[1] !== undefined)
  return Object.fromEntries(known.map(([name, template]) => [name, fill(template, provider, given)]))
}
