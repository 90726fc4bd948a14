import { standardClaims } from '../profile.js'
import type { Provider, ProtocolName, ResolvedProvider, Template } from '../types.js'
import { baseAddress, endpoint, issuerIdentifier } from './addresses.js'
import type { EntryOptions } from './entrySchema.js'
import { fill } from './templates.js'

type AddressName = { [Name in keyof Provider]-?: Template extends Provider[Name] ? Name : never }[keyof Provider]

/** The options that hold an address, and what each must look like once its parameters are in place. */
const addresses: Record<AddressName, (text: string, path: string) => string> = {
  issuer: issuerIdentifier,
  authorizationResponseIssuer: issuerIdentifier,
  authorizationEndpoint: endpoint,
  tokenEndpoint: endpoint,
  userinfoEndpoint: endpoint,
  requestTokenEndpoint: endpoint,
  accessTokenEndpoint: endpoint,
  revocationEndpoint: endpoint,
  jwksUri: endpoint,
  apiBaseUrl: baseAddress,
}

type Values = Readonly<Record<string, string>>

const openidScope = ['openid', 'profile', 'email']

/**
 * The provider that an entry's options describe: addresses filled and checked, defaults of the protocol set.
 *
 * @param parameters values of the provider's parameters
 * @throws AuthError `config_invalid` for an address that cannot be used
 */
export function completeProvider(slug: string, options: EntryOptions & { protocol: ProtocolName }, parameters: Values,
  path: string): ResolvedProvider {
  const isOpenid = options.protocol === 'oidc'
  return {
    ...described(options),
    ...filledAddresses(options, parameters, path),
    ...(options.extraRequests ? { extraRequests: filledRequests(options.extraRequests, parameters, path) } : {}),
    ...(isOpenid || options.profile ? { profile: { ...(isOpenid ? standardClaims : {}), ...options.profile } } : {}),
    scope: options.scope ?? (isOpenid ? openidScope : []),
    title: options.title ?? slug.charAt(0).toUpperCase() + slug.slice(1),
  }
}

// Who we are to the provider and what the addresses were made of; the addresses themselves follow filled.
const elsewhere = ['provider', 'clientId', 'clientSecret', 'privateKey', 'parameters', 'extraRequests'] as const

type Described<Options> = Omit<Options, AddressName | typeof elsewhere[number]>

function described<Options extends EntryOptions>(options: Options): Described<Options> {
  const left = new Set<string>([...elsewhere, ...Object.keys(addresses)])
  return Object.fromEntries(Object.entries(options).filter(([name]) => !left.has(name))) as Described<Options>
}

function filledAddresses(options: EntryOptions, parameters: Values, path: string): Partial<Record<AddressName, string>> {
  const filled: Partial<Record<AddressName, string>> = {}
  for (const [name, checked] of Object.entries(addresses) as [AddressName, typeof endpoint][]) {
    const template = options[name]
    if (template !== undefined) filled[name] = checked(fill(template, parameters, `${path}.${name}`), `${path}.${name}`)
  }
  return filled
}

function filledRequests(requests: Readonly<Record<string, Template>>, parameters: Values, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(requests).map(([name, template]) => {
    const requestPath = `${path}.extraRequests.${name}`
    return [name, endpoint(fill(template, parameters, requestPath), requestPath)]
  }))
}
