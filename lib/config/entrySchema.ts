import * as v from 'valibot'
import type { ProviderEntry } from '../settings.js'
import type {
  ClientAuthFunction, ClientAuthMethod, ProfileField, ProfileMap, Provider, ProviderHooks, ProviderParameter, Template,
} from '../types.js'
import { isHost } from './addresses.js'
import type { Agrees, Assert } from './agreement.js'
import { privateKeyKind } from './privateKey.js'
import { callable, credential, flag, group, oneOf, pureFunction, table, text, type Group } from './shapes.js'
import { unavailable } from './unavailable.js'

type Named<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] }

/** What an entry can say, but for the provider's own parameters. */
export type EntryOptions = Named<ProviderEntry> & Pick<Provider, 'parameters'>

const template: v.GenericSchema<unknown, Template> = v.union([text, pureFunction<Exclude<Template, string>>()],
  'must be a text or a function.')
const textTable = table(v.string('must be a text.'), 'of texts, such as { name: \'value\' }')

// RFC 6749 section 3.3.
const scopeToken = v.pipe(v.string('must be a text.'),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be one scope: write each scope as a member of its own, without spaces.'))
const scopeList = v.pipe(v.array(scopeToken, 'must be a list, such as [\'profile\', \'email\'].'),
  v.nonEmpty('must not be an empty list: leave it out for the default, or name the scopes to ask for.'), v.readonly())
const list = v.pipe(v.array(text, 'must be a list of texts.'), v.readonly())

// What openid-client can verify. Neither `none` nor a key shared with every holder of the client secret proves an issuer.
const signatures = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/
const algorithm = v.pipe(v.string('must be a text.'),
  v.regex(signatures, 'must be an algorithm with a public key, such as \'RS256\', \'PS256\', \'ES256\' or \'EdDSA\'.'))
const idTokenAlgs = v.pipe(v.array(algorithm, 'must be a list, such as [\'RS256\'].'), v.nonEmpty('must name at least one algorithm.'),
  v.readonly())

// RFC 9110 sections 5.1 and 5.5.
const isHeader = ([name, value]: [string, string]): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
const headers = v.pipe(textTable, v.check((values) => Object.entries(values).every(isHeader),
  'must hold names and values that HTTP allows in a header.'))

const privateKey = v.pipe(text, v.check((pem) => ['rsa', 'ec', 'ed25519'].includes(privateKeyKind(pem) ?? ''),
  'must be a private key in PEM text that can sign: RSA, EC or Ed25519, not encrypted.'))

const profileField: v.GenericSchema<unknown, ProfileField> = v.union([text, pureFunction<Exclude<ProfileField, string>>()],
  'must be a path such as \'data.id\', or a function.')
const profile = {
  id: profileField, username: profileField, name: profileField, givenName: profileField, familyName: profileField, nickname: profileField,
  email: profileField, emailVerified: profileField, picture: profileField, profileUrl: profileField, website: profileField,
  gender: profileField, birthdate: profileField, locale: profileField, zoneinfo: profileField, phoneNumber: profileField, address: profileField,
}

const hooks = {
  authorizationRequest: pureFunction<Required<ProviderHooks>['authorizationRequest']>(),
  tokenRequest: pureFunction<Required<ProviderHooks>['tokenRequest']>(),
  tokenResponse: pureFunction<Required<ProviderHooks>['tokenResponse']>(),
  apiRequest: pureFunction<Required<ProviderHooks>['apiRequest']>(),
  userinfo: pureFunction<Required<ProviderHooks>['userinfo']>(),
}

const offlineAccess = { scope: scopeList, authorizationParams: textTable }

const parameter = v.strictObject({
  description: text,
  kind: oneOf(['host', 'segment']),
  default: v.exactOptional(text),
}, 'must be { description, kind } with kind \'host\' or \'segment\', and default if there is one.')

export const parametersSchema = table(parameter, 'of parameters by name')

const clientAuthMethods = ['basic', 'basic_raw', 'post', 'none', 'client_secret_jwt', 'private_key_jwt'] as const satisfies readonly ClientAuthMethod[]
const signatureMethods = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT'] as const
const clientAuth = v.lazy((value) => typeof value === 'function' ? callable<ClientAuthFunction>()
  : oneOf(clientAuthMethods, unavailable.clientAuth)) as v.GenericSchema<unknown, ClientAuthMethod | ClientAuthFunction>

/** Options that are one text, and may come from the environment. */
export const textOptions = {
  provider: text,
  protocol: oneOf(['oauth1', 'oauth2', 'oidc'], unavailable.protocol),
  clientId: credential,
  clientSecret: credential,
  privateKey,
  title: text,
  docs: text,
  icon: text,
  color: v.pipe(text, v.regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as \'#24292f\'.')),
  issuer: template,
  authorizationEndpoint: template,
  tokenEndpoint: template,
  userinfoEndpoint: template,
  requestTokenEndpoint: template,
  accessTokenEndpoint: template,
  revocationEndpoint: template,
  jwksUri: template,
  apiBaseUrl: template,
  authorizationResponseIssuer: template,
  clientAuth,
  tokenPlacement: oneOf(['header', 'body', 'query']),
  responseMode: oneOf(['query', 'form_post']),
  signatureMethod: oneOf(signatureMethods),
  signaturePlacement: oneOf(['header', 'query', 'body']),
  realm: v.pipe(text, v.regex(/^[\x20-\x7e]+$/, 'must be printable ASCII: it travels in a header.')),
  scopeSeparator: text,
  tokenResponseFormat: oneOf(['json', 'form']),
  defaultTokenType: text,
}

/** Options that are a number, and may come from the environment. */
export const numberOptions = {
  maxAge: v.pipe(v.number('must be a number of seconds.'), v.safeInteger('must be a whole number of seconds.'), v.minValue(0, 'must be 0 or more, in seconds.')),
  clockTolerance: v.pipe(v.number('must be a number of seconds.'), v.minValue(0, 'must be 0 or more, in seconds.'),
    v.maxValue(60, 'must be at most 60 seconds: set the clocks instead.')),
}

/** Options that are `true` or `false`, and may come from the environment. */
export const flagOptions = {
  offline: flag,
  pkce: flag,
  nonce: flag,
  discovery: flag,
  userinfo: flag,
}

const structuredOptions = {
  parameters: parametersSchema,
  scope: scopeList,
  scopes: scopeList,
  authorizationParams: textTable,
  tokenParams: textTable,
  requestTokenParams: textTable,
  userinfoQuery: textTable,
  apiHeaders: headers,
  extraRequests: table(template, 'of addresses, each under the name that its answer gets'),
  idTokenAlgs,
  acrValues: list,
  apiHosts: v.pipe(v.array(v.pipe(v.string('must be a text.'), v.check(isHost, 'must be a host name such as \'api.example.com\', and nothing else.'),
    v.toLowerCase()), 'must be a list of host names.'), v.readonly()),
  profile: group(profile, 'of paths or functions by field, such as { id: \'id\' }'),
  hooks: group(hooks, 'of functions, such as userinfo'),
  offlineAccess: group(offlineAccess, 'with scope, authorizationParams or both'),
}

const entryOptions = { ...textOptions, ...numberOptions, ...flagOptions, ...structuredOptions }

export const optionNames = Object.keys(entryOptions)

/**
 * The schema of an entry of a provider with these parameters. A parameter goes before an option of the same name: a provider's
 * `realm` is not the one of OAuth 1.0a.
 */
export function entrySchema(parameters: Readonly<Record<string, ProviderParameter>>): v.GenericSchema<unknown, Group<typeof entryOptions>> {
  const values = Object.fromEntries(Object.entries(parameters).map(([name, { kind }]) => [name, parameterKinds[kind]]))
  return group({ ...entryOptions, ...values }, 'of options', unavailable.entryOptions) as v.GenericSchema<unknown, Group<typeof entryOptions>>
}

const parameterKinds: Record<ProviderParameter['kind'], v.GenericSchema<unknown, string>> = {
  host: v.pipe(text, v.check(isHost, 'must be a host name such as \'login.example.com\', with a port if need be, and nothing else.'), v.toLowerCase()),
  segment: v.pipe(text, v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, dots, - and _ only, the first one a letter or a digit.')),
}

/** Does not compile when schema and type differ: neither can gain, lose or change an option alone. */
export type EntryAgreement = Assert<[
  Agrees<Group<typeof entryOptions>, EntryOptions>,
  Agrees<keyof typeof entryOptions, keyof EntryOptions>,
  Agrees<keyof typeof profile, keyof ProfileMap>,
  Agrees<keyof typeof hooks, keyof ProviderHooks>,
  Agrees<keyof typeof offlineAccess, keyof Required<Provider>['offlineAccess']>,
]>
