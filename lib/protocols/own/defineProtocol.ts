import { AuthError } from '../../base/errors.js'
import { isPlainObject } from '../../base/json.js'
import type { ProtocolDefinition } from '../../model/protocols/definition.js'
import type { OwnProtocol } from '../../model/protocols/ownProtocol.js'
import { type ProtocolOption, protocolOptions } from '../../model/protocols/protocolOptions.js'
import type { ProtocolName } from '../../model/provider.js'

const builtIn = { oauth1: true, oauth2: true, oidc: true, openid2: true, 'header-jwt': true } satisfies Record<ProtocolName, true>

const functions = ['authorize', 'exchange', 'userinfo', 'state', 'checkResponse', 'sign', 'covers', 'unsigned', 'endSession'] as const
const members = ['name', 'client', 'requires', 'options', 'tokens', 'profile', 'callbackMethods', ...functions]

/** Options of the API client, and of what it may show. */
const ofTokens = ['apiBaseUrl', 'apiHosts', 'apiHeaders', 'pagination', 'facts', 'callbackParameters']
/** What `sign` reads unless it is the protocol's own. */
const ofBearer = ['tokenPlacement', 'tokenHeader', 'tokenScheme', 'tokenParameter']
/** What `userinfo` reads unless it is the protocol's own. */
const ofUserinfo = ['userinfoEndpoint', 'userinfoMethod', 'userinfoQuery', 'userinfoForm', 'userinfoJson', 'extraRequests']

type AnyDefinition = ProtocolDefinition<ProtocolOption>

const definitions = new WeakMap<object, AnyDefinition>()

/** A class, since the plain objects of a configuration are copied. */
class DefinedProtocol {
  readonly name: string
  readonly client: OwnProtocol['client']
  readonly tokens: boolean
  readonly requires: readonly ProtocolOption[]
  readonly reads: ReadonlySet<string>
  readonly profile: OwnProtocol['profile']

  constructor({ name, client, requires = [], options = [], tokens = false, profile = {}, sign, userinfo }: AnyDefinition) {
    this.name = name
    this.client = client
    this.tokens = tokens
    this.requires = Object.freeze([...requires])
    this.reads = new Set([
      ...requires,
      ...options,
      ...(tokens ? ofTokens : []),
      ...(tokens && !sign ? ofBearer : []),
      ...(tokens && !userinfo ? ofUserinfo : []),
    ])
    this.profile = Object.freeze({ ...profile })
    Object.freeze(this)
  }
}

/**
 * Declares a protocol of your own, for `protocol` of an entry: how a login begins, and how it ends. What binds a login to its browser,
 * what limits its time and its use, and the session stay authrouter's.
 *
 * @param definition name, options and functions: see the guide, docs/protocols.md
 * @returns the protocol, for `providers: { slug: { protocol } }` or `defineProvider({ protocol })`
 * @throws AuthError `config_invalid`
 */
export function defineProtocol<const Needed extends ProtocolOption = never>(definition: ProtocolDefinition<Needed>): OwnProtocol {
  checkDefinition(definition)
  const protocol = new DefinedProtocol(definition) as unknown as OwnProtocol
  definitions.set(protocol, Object.freeze({ ...definition }))
  return protocol
}

/** What a protocol was defined with; `undefined` for anything that `defineProtocol` has not made. */
export function definitionOf(protocol: unknown): AnyDefinition | undefined {
  return typeof protocol === 'object' && protocol !== null ? definitions.get(protocol) : undefined
}

function checkDefinition(given: unknown): asserts given is AnyDefinition {
  if (!isPlainObject(given)) throw invalid('takes a plain object: { name, client, authorize, exchange, ... }.')
  const { name, client, tokens, profile, callbackMethods } = given
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,31}$/.test(name))
    throw invalid("needs a name: a lower-case letter, then letters, digits and -, at most 32, such as 'cas'.")
  if (Object.hasOwn(builtIn, name)) throw invalid(`cannot be called '${name}', which is a protocol of authrouter's: choose another name.`)
  const unknown = Object.keys(given).find((member) => !members.includes(member))
  if (unknown !== undefined) throw invalid(`has no '${unknown}', which '${name}' names: there are ${members.join(', ')}.`)
  if (client !== 'required' && client !== 'optional' && client !== 'none')
    throw invalid(`needs client of '${name}': 'required' where the application has an id and a secret, 'optional', or 'none'.`)
  for (const list of ['requires', 'options']) checkOptions(name, list, given[list])
  if (tokens !== undefined && typeof tokens !== 'boolean') throw invalid(`takes tokens of '${name}' as true or false.`)
  for (const part of functions) {
    if (given[part] === undefined ? part === 'authorize' || part === 'exchange' : typeof given[part] !== 'function')
      throw invalid(`needs ${part} of '${name}' to be a function.`)
  }
  const unused = (['sign', 'covers', 'unsigned'] as const).find((part) => given[part] !== undefined && tokens !== true)
  if (unused) throw invalid(`has no use for ${unused} of '${name}' without tokens: set tokens: true, or leave it out.`)
  if (profile !== undefined && !(isPlainObject(profile) && Object.values(profile).every(isField)))
    throw invalid(`takes profile of '${name}' as paths or functions by field, such as { id: 'user' }.`)
  if (callbackMethods !== undefined && !isMethods(callbackMethods))
    throw invalid(`takes callbackMethods of '${name}' as a list of 'GET', 'POST' or both.`)
}

function checkOptions(name: string, list: string, options: unknown): void {
  if (options === undefined) return
  if (!Array.isArray(options)) throw invalid(`takes ${list} of '${name}' as a list of options, such as ['authorizationEndpoint'].`)
  const known: readonly unknown[] = protocolOptions
  const wrong: unknown = options.find((option) => !known.includes(option))
  if (wrong !== undefined)
    throw invalid(`knows no option ${JSON.stringify(wrong)}, which ${list} of '${name}' names: there are ${protocolOptions.join(', ')}.`)
}

function isField(field: unknown): boolean {
  return typeof field === 'function' || (typeof field === 'string' && field !== '')
}

function isMethods(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((method) => method === 'GET' || method === 'POST')
}

function invalid(problem: string): AuthError {
  return new AuthError('config_invalid', `defineProtocol ${problem}`)
}
