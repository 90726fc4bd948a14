import type { ProfileMap } from '../../model/profile.js'
import type { Provider, ResolvedProvider } from '../../model/provider.js'
import type { AccessTokenExchange, RenewalStrategy, ResolvedExchange } from '../../model/refresh.js'
import type { Template } from '../../model/template.js'
import { standardClaims } from '../../profile.js'
import { declaredFacts } from '../../tokens/facts.js'
import { baseAddress, endpoint, issuerIdentifier } from '../addresses.js'
import { invalid } from '../invalid.js'
import type { Allowed } from '../settings.js'
import { headerParts } from './identity/filledParts.js'
import { headerIssuer, signOutAddress } from './identity/headerChecks.js'
import { identityProfile } from './identity/profiles.js'
import type { SpokenOptions } from './schema.js'
import { dependsOnFacts, factTemplate, fill, namesFact } from './templates.js'

/** Which tenants an entry lets in: of OpenID Connect, what `allow` says where nothing is asked that it could be about. */
export function allowedTenants({ protocol, ask, allow }: SpokenOptions): Allowed | undefined {
  return protocol === 'oidc' && ask === undefined && (allow instanceof RegExp || isList(allow)) ? allow : undefined
}

function isList(value: SpokenOptions['allow']): value is readonly string[] {
  return Array.isArray(value)
}

type AddressName = Exclude<
  { [Name in keyof Provider]-?: Template extends Provider[Name] ? Name : never }[keyof Provider],
  'audience' | 'signer' | 'keyEndpoint'
>

/** The options that hold an address, and what each must look like once its parameters are in place. */
const addresses: Record<AddressName, (text: string, path: string) => string> = {
  issuer: issuerIdentifier,
  discoveryEndpoint: endpoint,
  authorizationResponseIssuer: issuerIdentifier,
  authorizationEndpoint: endpoint,
  tokenEndpoint: endpoint,
  refreshEndpoint: endpoint,
  userinfoEndpoint: endpoint,
  requestTokenEndpoint: endpoint,
  accessTokenEndpoint: endpoint,
  revocationEndpoint: endpoint,
  introspectionEndpoint: endpoint,
  pushedAuthorizationRequestEndpoint: endpoint,
  deviceAuthorizationEndpoint: endpoint,
  endSessionEndpoint: endpoint,
  jwksUri: endpoint,
  identifier: endpoint,
  apiBaseUrl: baseAddress,
}

/** Where a proxy writes them its own way. */
const headerAddresses: Partial<typeof addresses> = { issuer: headerIssuer, endSessionEndpoint: signOutAddress }

/** The names of the options that hold an address. */
export const addressNames = Object.keys(addresses) as readonly AddressName[]

type Values = Readonly<Record<string, string>>

const openidScope = ['openid', 'profile', 'email']

// OpenID Connect Core section 11: without consent the scope is ignored.
const openidOfflineAccess = { scope: ['offline_access'], authorizationParams: { prompt: 'consent' } }

/** Whether nothing is said of refresh tokens, as the catalogue does of all its entries. */
function isSilent({ refreshTokens, offlineAccess }: SpokenOptions): boolean {
  return refreshTokens === undefined && offlineAccess === undefined
}

/**
 * The provider that an entry's options describe: addresses filled and checked, defaults of the protocol set.
 *
 * @param parameters values of the provider's parameters
 * @throws AuthError `config_invalid` for an address that cannot be used
 */
export function completeProvider(options: SpokenOptions, parameters: Values, path: string): ResolvedProvider {
  const isOpenid = options.protocol === 'oidc'
  const tenants = allowedTenants(options)
  return {
    ...described(options),
    ...(tenants ? { allowedTenants: tenants } : {}),
    ...filledTables(options, parameters),
    ...filledAddresses(options, parameters, path),
    ...connectionParts(options, parameters, path),
    ...requestParts(options),
    ...headerParts(options, parameters, path),
    ...(options.extraRequests ? { extraRequests: filledRequests(options.extraRequests, parameters, path) } : {}),
    ...(options.renewal ? { renewal: filledRenewal(options.renewal, parameters, `${path}.renewal`) } : {}),
    ...profilePart(options),
    scope: options.scope ?? (isOpenid ? openidScope : []),
    ...(isOpenid ? {} : { discovery: false }),
    ...(isOpenid && options.offline === true && isSilent(options) ? { offlineAccess: openidOfflineAccess } : {}),
  }
}

/** An entry's own map, over the one of its protocol if that has any. */
function profilePart({ protocol, ownProtocol, profile }: SpokenOptions): Pick<ResolvedProvider, 'profile'> {
  const standard = protocol === 'oidc' ? standardMap(profile) : (ownProtocol?.profile ?? identityProfile(protocol))
  return standard || profile ? { profile: { ...standard, ...profile } } : {}
}

/** The standard claims for what an entry's map leaves out; `email_verified` speaks of `email`, and of no other address. */
function standardMap({ email = standardClaims.email, emailVerified }: ProfileMap = {}): ProfileMap {
  if (email === standardClaims.email || emailVerified !== undefined) return standardClaims
  const { emailVerified: _ofAnother, ...rest } = standardClaims
  return rest
}

// Who we are to the provider and what the addresses were made of; the addresses themselves follow filled.
const elsewhere = [
  'provider',
  'clientId',
  'clientSecret',
  'privateKey',
  'keyId',
  'certificate',
  'callbackPath',
  'parameters',
  'ask',
  'allow',
  'client',
  'extraRequests',
  'renewal',
  'audience',
  'signer',
  'keyEndpoint',
] as const

type Described<Options> = Omit<Options, AddressName | (typeof elsewhere)[number]>

function described<Options extends SpokenOptions>(options: Options): Described<Options> {
  const left = new Set<string>([...elsewhere, ...Object.keys(addresses)])
  return Object.fromEntries(Object.entries(options).filter(([name]) => !left.has(name))) as Described<Options>
}

// OAuth 1.0a has no such endpoints, and an entry may have them from what is said for all entries at once.
const oauth2Only = new Set<AddressName>([
  'revocationEndpoint',
  'introspectionEndpoint',
  'pushedAuthorizationRequestEndpoint',
  'deviceAuthorizationEndpoint',
  'endSessionEndpoint',
])

function filledAddresses(options: SpokenOptions, parameters: Values, path: string): Partial<Record<AddressName, string>> {
  const filled: Partial<Record<AddressName, string>> = {}
  const checks = options.protocol === 'header-jwt' ? { ...addresses, ...headerAddresses } : addresses
  for (const [name, checked] of Object.entries(checks) as [AddressName, typeof endpoint][]) {
    const template = options[name]
    if (template === undefined || (name === 'apiBaseUrl' && namesFact(template, options))) continue
    const address = checked(fill(template, parameters, `${path}.${name}`), `${path}.${name}`)
    if (options.protocol !== 'oauth1' || !oauth2Only.has(name)) filled[name] = address
  }
  return filled
}

/** What is filled for each connection, with the facts that its answers bring. */
function connectionParts(
  options: SpokenOptions,
  parameters: Values,
  path: string,
): Pick<ResolvedProvider, 'apiBaseTemplate' | 'callbackParameters'> {
  const { facts = {}, apiBaseUrl: template, callbackParameters = [] } = options
  const shadowed = Object.keys(facts).find((name) => Object.hasOwn(parameters, name))
  if (shadowed !== undefined) throw invalid(`${path}.facts.${shadowed}`, 'is the name of a parameter too: choose another.')
  const declared = declaredFacts({ facts })
  const [ofIdToken] = declared.find(([, { from }]) => from === 'id_token') ?? []
  if (ofIdToken !== undefined && options.protocol !== 'oidc')
    throw invalid(`${path}.facts.${ofIdToken}.from`, "may be 'id_token' with protocol 'oidc' only: others have no ID Token.")
  const ofCallback = declared.flatMap(([, { from, path: name }]) => (from === 'callback' ? [name] : []))
  return {
    ...(ofCallback.length > 0 ? { callbackParameters: [...new Set([...callbackParameters, ...ofCallback])] } : {}),
    ...(template !== undefined && dependsOnFacts(template, options)
      ? { apiBaseTemplate: factTemplate(template, facts, parameters, `${path}.apiBaseUrl`) }
      : {}),
  }
}

/** What follows from what the entry asks for. */
function requestParts({ protocol, resource, responseType, responseMode, tokenParams, userinfo }: SpokenOptions): Partial<ResolvedProvider> {
  const [first] = [resource ?? []].flat()
  return {
    // A fragment, the default of the hybrid flow, never reaches a server (OpenID Connect Core section 3.3.2.5).
    ...(responseType === 'code id_token' && responseMode === undefined ? { responseMode: 'form_post' as const } : {}),
    ...(first === undefined ? {} : { tokenParams: { resource: first, ...tokenParams } }),
    // A token for another audience is none for userinfo (RFC 8707 section 3).
    ...(first !== undefined && protocol === 'oidc' && userinfo === undefined ? { userinfo: false } : {}),
  }
}

type ExtraRequests = Required<Provider>['extraRequests']

// A function is asked during the login: it may need what the profile has so far.
function filledRequests(requests: ExtraRequests, parameters: Values, path: string): ExtraRequests {
  return Object.fromEntries(
    Object.entries(requests).map(([name, address]) => {
      const requestPath = `${path}.extraRequests.${name}`
      return [name, typeof address === 'function' ? address : endpoint(fill(address, parameters, requestPath), requestPath)]
    }),
  )
}

function filledRenewal(renewal: RenewalStrategy, parameters: Values, path: string): Required<ResolvedProvider>['renewal'] {
  if (typeof renewal === 'string') return renewal
  const { shortLived, ...exchange } = renewal
  const filled = filledExchange(exchange, parameters, path)
  return shortLived ? { ...filled, shortLived: filledExchange(shortLived, parameters, `${path}.shortLived`) } : filled
}

function filledExchange(
  { endpoint: template, ...exchange }: Omit<AccessTokenExchange, 'shortLived'>,
  parameters: Values,
  path: string,
): ResolvedExchange {
  return template === undefined
    ? exchange
    : { ...exchange, endpoint: endpoint(fill(template, parameters, `${path}.endpoint`), `${path}.endpoint`) }
}

const tables = ['authorizationParams', 'tokenParams', 'requestTokenParams', 'apiHeaders', 'userinfoQuery'] as const

/** Tables whose values may name parameters as addresses do; other braces in them are theirs. */
function filledTables(options: SpokenOptions, parameters: Values): Partial<Record<(typeof tables)[number], Record<string, string>>> {
  const filled: Partial<Record<(typeof tables)[number], Record<string, string>>> = {}
  for (const name of tables) {
    const table = options[name]
    if (table === undefined || typeof table === 'function') continue
    filled[name] = Object.fromEntries(
      Object.entries(table).map(([key, text]) => [
        key,
        text.replace(/\{(\w+)\}/g, (braces, parameter: string) =>
          Object.hasOwn(parameters, parameter) ? (parameters[parameter] ?? braces) : braces,
        ),
      ]),
    )
  }
  return filled
}
