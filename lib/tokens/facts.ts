import { AuthError } from '../base/errors.js'
import { isLoopbackHost, isSecureUrl } from '../base/loopback.js'
import { matchesWhole } from './wholeMatch.js'
import type { Registration } from '../model/context.js'
import type { ProviderFact, ResolvedProvider } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'

/** Whose answers say something. */
type Told = Pick<Registration, 'provider' | 'slug'>

/** Characters of one fact at most: all of them travel with the tokens. */
const maxLength = 512
// What can be put between two slashes and change nothing else of an address.
const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/

/** The facts that an entry names, each in its long form. */
export function declaredFacts({ facts = {} }: Pick<ResolvedProvider, 'facts'>): [string, ProviderFact][] {
  return Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'string' ? { path: fact } : fact])
}

/**
 * A fact as it may be kept: text of a scalar or, where the entry says which hosts it may name, an address without a slash at the end.
 * @returns `undefined` for what says nothing
 * @throws AuthError `provider_bad_response` for an address that names another host: the token would be sent there
 */
export function readFact({ provider, slug }: Told, name: string, { hosts }: ProviderFact, value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (hosts === undefined) return typeof text === 'string' && isPlain(text) ? text : undefined
  if (value === undefined || value === null) return undefined
  const address = typeof text === 'string' && isPlain(text) ? allowedAddress(text, hosts, provider) : undefined
  if (address !== undefined) return address
  throw new AuthError(
    'provider_bad_response',
    `The provider's answer says for ${name} what is no https address of a host that providers.${slug}.facts.${name}.hosts lists.`,
    { provider: slug },
  )
}

function isPlain(text: string): boolean {
  return text !== '' && text.length <= maxLength && /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u.test(text) && text.isWellFormed()
}

function allowedAddress(text: string, hosts: Required<ProviderFact>['hosts'], provider: ResolvedProvider): string | undefined {
  if (!/^https?:\/\/[^/?#@\\]+(?:\/[^?#\\\s]*)?$/i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  // Plain http is this machine's own, and only where the entry itself is there (rule R14).
  const isOpen = url.protocol === 'http:'
  if (!isSecureUrl(url) || (isOpen && !isAtHome(provider))) return undefined
  return isListed(isOpen ? url.hostname : url.host, hosts) ? url.href.replace(/\/+$/, '') : undefined
}

function isAtHome({ issuer, tokenEndpoint, accessTokenEndpoint }: ResolvedProvider): boolean {
  const own = issuer ?? tokenEndpoint ?? accessTokenEndpoint
  return own !== undefined && isLoopbackHost(new URL(own).hostname)
}

function isListed(host: string, hosts: Required<ProviderFact>['hosts']): boolean {
  if (hosts instanceof RegExp) return matchesWhole(hosts, host)
  return hosts.some((listed) =>
    listed.startsWith('*.') ? host.endsWith(listed.slice(1)) && host.length > listed.length - 1 : host === listed,
  )
}

/**
 * Where relative addresses of one connection's API start: as its facts say, else as the entry does.
 * @throws AuthError `host_not_allowed` for a fact that the entry does not allow, or no longer
 */
export function apiBaseOf(told: Told, facts: Tokens['facts']): string | undefined {
  const { provider, slug } = told
  const { apiBaseTemplate: template, apiBaseUrl } = provider
  if (template === undefined || facts === undefined) return apiBaseUrl
  const known = usableFacts(told, facts)
  const address = typeof template === 'function' ? template(known.values) : filled(template, known.values)
  if (address === undefined) return apiBaseUrl
  const url = URL.canParse(address) ? new URL(address) : undefined
  const isPlainBase = url && isSecureUrl(url) && !url.username && !url.password && !/[?#]/.test(address)
  // What a function makes of a fact may be an address of the entry's own, or of the fact, and of nobody else.
  if (!isPlainBase || (typeof template === 'function' && ![apiBaseUrl, ...known.addresses].some((own) => isSameOrigin(url, own))))
    throw new AuthError('host_not_allowed', `The facts of this connection make no usable address for providers.${slug}.apiBaseUrl.`, {
      provider: slug,
    })
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

function isSameOrigin({ origin }: URL, address: string | undefined): boolean {
  return address !== undefined && new URL(address).origin === origin
}

interface UsableFacts {
  values: Record<string, string>
  addresses: string[]
}

/** What was kept is looked at again: the entry may have changed, and a table of the application's is anybody's. */
function usableFacts(told: Told, facts: Required<Tokens>['facts']): UsableFacts {
  const usable: UsableFacts = { values: {}, addresses: [] }
  for (const [name, fact] of declaredFacts(told.provider)) {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined
    if (value === undefined) continue
    const checked = fact.hosts === undefined ? (segment.test(value) ? value : undefined) : stillAllowed(told, name, fact, value)
    if (checked === undefined) continue
    usable.values[name] = checked
    if (fact.hosts !== undefined) usable.addresses.push(checked)
  }
  return usable
}

function stillAllowed(told: Told, name: string, fact: ProviderFact, value: string): string | undefined {
  try {
    return readFact(told, name, fact, value)
  } catch (cause) {
    const { slug } = told
    throw new AuthError(
      'host_not_allowed',
      `The connection's ${name} names a host that providers.${slug}.facts.${name}.hosts does not list.`,
      {
        provider: slug,
        cause,
      },
    )
  }
}

/** @returns `undefined` where a fact is missing */
function filled(template: string, values: Readonly<Record<string, string>>): string | undefined {
  const [authority = ''] = /^https?:\/\/[^/]*/i.exec(template) ?? []
  const address = template.replace(/\{(\w+)\}/g, (braces, name: string, at: number) => {
    const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? braces
    return at >= authority.length || label.test(value) ? value : braces
  })
  return address.includes('{') ? undefined : address
}
