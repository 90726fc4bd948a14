import * as v from 'valibot'
import type { Agrees, Assert } from '../../base/agreement.js'
import type { ProfileMap } from '../../model/profile.js'
import type { OwnProtocol } from '../../model/protocols/ownProtocol.js'
import type { ProtocolOption } from '../../model/protocols/protocolOptions.js'
import type { Provider, ProviderHooks, ProviderParameter } from '../../model/provider.js'
import type { AccessTokenExchange } from '../../model/refresh.js'
import type { ProviderEntry } from '../settings.js'
import { callable, credential, flag, group, listOf, number, oneOf, text, written, type Group } from '../shapes.js'
import { isPlainPath } from '../addresses.js'
import { unavailable } from '../unavailable.js'
import { authorizationDetails, resource } from './authorization/shapes.js'
import { protocol } from './fitness/protocolShape.js'
import { jwks } from './keys/jwks.js'
import {
  algorithmList,
  allow,
  audience,
  certificate,
  clientAuth,
  clientAuthMethods,
  declarations,
  extraRequests,
  facts,
  headers,
  hooks,
  jsonObject,
  requestParameters,
  hostList,
  offlineAccess,
  pagination,
  parameterKinds,
  privateKey,
  profile,
  renewal,
  scopeList,
  template,
  textTable,
  type exchange,
} from './shapes.js'

type Named<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] }

/** What an entry can say, but for the values of its provider's parameters. */
export type EntryOptions = Named<ProviderEntry> & Pick<Provider, 'parameters'>

/** The same, once it is known which protocol they are for. */
export type SpokenOptions = Omit<EntryOptions, 'protocol'> & { protocol: string; ownProtocol?: OwnProtocol }

/** Options that are one text, and may come from the environment. */
export const textOptions = {
  provider: text,
  protocol,
  clientId: credential,
  clientSecret: credential,
  privateKey,
  keyId: credential,
  certificate,
  callbackPath: v.pipe(
    text,
    v.check(isPlainPath, "must be a path in its one spelling, without query: letters, digits, - . _ ~ and /, like '/login/return'."),
  ),
  title: text,
  docs: text,
  icon: text,
  color: v.pipe(text, v.regex(/^#[0-9a-f]{6}$/i, "must be a colour such as '#24292f'.")),
  issuer: template,
  identifier: template,
  header: v.pipe(text, v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header.'), v.toLowerCase()),
  audience,
  signer: template,
  keyEndpoint: template,
  discoveryEndpoint: template,
  authorizationEndpoint: template,
  tokenEndpoint: template,
  refreshEndpoint: template,
  userinfoEndpoint: template,
  requestTokenEndpoint: template,
  accessTokenEndpoint: template,
  revocationEndpoint: template,
  revocationClientAuth: oneOf(clientAuthMethods),
  introspectionEndpoint: template,
  pushedAuthorizationRequestEndpoint: template,
  deviceAuthorizationEndpoint: template,
  endSessionEndpoint: template,
  jwksUri: template,
  apiBaseUrl: template,
  authorizationResponseIssuer: template,
  clientAuth,
  tokenPlacement: oneOf(['header', 'body', 'query']),
  responseMode: oneOf(['query', 'form_post', 'query.jwt', 'form_post.jwt']),
  responseType: oneOf(['code', 'code id_token']),
  resource,
  signatureMethod: oneOf(['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT']),
  signaturePlacement: oneOf(['header', 'query', 'body']),
  realm: v.pipe(text, v.regex(/^[\x20-\x7e]+$/, 'must be printable ASCII: it travels in a header.')),
  scopeSeparator: text,
  tokenResponseFormat: oneOf(['json', 'form']),
  tokenMethod: oneOf(['POST', 'GET']),
  tokenBodyFormat: oneOf(['form', 'json']),
  userinfoMethod: oneOf(['GET', 'POST']),
  pkceMethod: oneOf(['S256', 'plain']),
  tokenScheme: written,
  tokenHeader: text,
  tokenParameter: text,
  authorizationFragment: text,
  defaultTokenType: text,
}

/** Options that are a number, and may come from the environment. */
export const numberOptions = {
  maxAge: v.pipe(number('seconds'), v.safeInteger('must be a whole number of seconds.'), v.minValue(0, 'must be 0 seconds or more.')),
  clockTolerance: v.pipe(
    number('seconds'),
    v.minValue(0, 'must be 0 seconds or more.'),
    v.maxValue(60, 'must be at most 60 seconds: set the clocks instead.'),
  ),
}

/** Options that are `true` or `false`, and may come from the environment. */
export const flagOptions = {
  offline: flag,
  pkce: flag,
  par: flag,
  requestObject: flag,
  dpop: flag,
  nonce: flag,
  discovery: flag,
  userinfo: flag,
  refreshTokens: flag,
  needsPrivateKey: flag,
  bodyHash: flag,
  thirdPartyInitiated: flag,
  backchannelLogout: flag,
  frontchannelLogout: flag,
  associations: flag,
}

const structuredOptions = {
  parameters: declarations,
  ask: listOf(text, "must be a list of parameters, such as ['shop']."),
  allow,
  client: callable<Required<ProviderEntry>['client']>(),
  scope: scopeList,
  scopes: scopeList,
  formerly: listOf(text, "must be a list of issuers or origins, such as ['https://old.example']."),
  authorizationParams: textTable,
  tokenParams: textTable,
  requestTokenParams: textTable,
  userinfoQuery: requestParameters,
  userinfoForm: requestParameters,
  userinfoJson: jsonObject,
  refreshParams: textTable,
  renewal,
  parameterNames: textTable,
  callbackParameters: listOf(text, 'must be a list of parameter names.'),
  apiHeaders: headers,
  extraRequests,
  facts,
  idTokenAlgs: algorithmList,
  jwks,
  claimedIdPattern: v.instance(RegExp, 'must be an expression for whole claimed identifiers.'),
  simpleRegistration: listOf(text, "must be a list of fields, such as ['nickname', 'email']."),
  attributeExchange: textTable,
  acrValues: listOf(text, 'must be a list of texts.'),
  claims: jsonObject,
  authorizationDetails,
  apiHosts: hostList,
  pagination,
  profile: group(profile, "of paths or functions by field, such as { id: 'id' }"),
  hooks: group(hooks, 'of functions, such as userinfo'),
  offlineAccess: group(offlineAccess, 'with scope, authorizationParams or both'),
}

const entryOptions = { ...textOptions, ...numberOptions, ...flagOptions, ...structuredOptions }

export const optionNames = Object.keys(entryOptions)

type EntrySchema = v.GenericSchema<unknown, Group<typeof entryOptions>>

/**
 * The schema of an entry of a provider with these parameters. A parameter goes before an option of the same name: a provider's
 * `realm` is not the one of OAuth 1.0a.
 */
export function entrySchema(parameters: Readonly<Record<string, ProviderParameter>>): EntrySchema {
  const values = Object.fromEntries(Object.entries(parameters).map(([name, { kind }]) => [name, parameterKinds[kind]]))
  return group({ ...entryOptions, ...values }, 'of options', unavailable.entryOptions)
}

/** Does not compile when schema and type differ: neither can gain, lose or change an option alone. */
export type EntryAgreement = Assert<
  [
    Agrees<Group<typeof entryOptions>, EntryOptions>,
    Agrees<keyof typeof entryOptions, keyof EntryOptions>,
    Agrees<ProtocolOption, Extract<ProtocolOption, keyof EntryOptions>>,
    Agrees<keyof typeof profile, keyof ProfileMap>,
    Agrees<keyof typeof hooks, keyof ProviderHooks>,
    Agrees<keyof typeof exchange | 'shortLived', keyof AccessTokenExchange>,
    Agrees<keyof typeof offlineAccess, keyof Required<Provider>['offlineAccess']>,
  ]
>
