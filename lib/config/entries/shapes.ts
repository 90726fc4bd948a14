import * as v from 'valibot'
import type { ProfileField } from '../../model/profile.js'
import type {
  ClientAuthFunction,
  ClientAuthMethod,
  Provider,
  ProviderFact,
  ProviderHooks,
  ProviderParameter,
  RequestParameters,
} from '../../model/provider.js'
import type { RenewalStrategy } from '../../model/refresh.js'
import type { Template } from '../../model/template.js'
import { isHost } from '../addresses.js'
import type { Allowed } from '../settings.js'
import { callable, flag, group, listOf, oneOf, pureFunction, table, text, written } from '../shapes.js'
import { readIdentifier } from '../../protocols/openid2/identifier.js'
import { privateKeyKind, readCertificate } from './privateKey.js'

// What the options of an entry are made of.

export const template: v.GenericSchema<unknown, Template> = v.union(
  [text, pureFunction<Exclude<Template, string>>()],
  'must be a text or a function.',
)

/** For whom a JWT is: one value, or any of several. */
export const audience: v.GenericSchema<unknown, Template | readonly string[]> = v.lazy((value) =>
  Array.isArray(value) ? listOf(text, 'must be a text, or a list of texts.') : template,
)

/** Parameters, or a function that makes them from the login. */
export const requestParameters = v.union(
  [table(written, "of texts, such as { name: 'value' }"), pureFunction<Exclude<RequestParameters, Record<string, string>>>()],
  'must be an object of texts, or a function that answers one.',
)

/** Addresses by name, each a text or a function of the profile so far. */
export const extraRequests = table(
  v.union([text, pureFunction<Exclude<Required<Provider>['extraRequests'][string], string>>()], 'must be a text or a function.'),
  'of addresses, each under the name that its answer gets',
)

export const jsonObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object that JSON can hold.',
)

export const textTable = table(written, "of texts, such as { name: 'value' }")

// RFC 6749 section 3.3.
const scope = v.pipe(
  written,
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be one scope: write each scope as a member of its own, without spaces.'),
)
export const scopeList = v.pipe(
  listOf(scope, "must be a list, such as ['profile', 'email']."),
  v.check((scopes) => scopes.length > 0, 'must not be empty: leave it out for the default, or name the scopes to ask for.'),
)

// Those of signatures: `none` proves no issuer.
const signatures = /^(?:(?:RS|PS|ES|HS)(?:256|384|512)|EdDSA|Ed25519)$/
const algorithm = v.pipe(
  written,
  v.regex(
    signatures,
    "must be an algorithm of signatures: 'RS256', 'PS256', 'ES256' and their like, 'EdDSA', or with a long client secret 'HS256'.",
  ),
)
export const algorithmList = v.pipe(
  listOf(algorithm, "must be a list, such as ['RS256']."),
  v.check((names) => names.length > 0, 'must name at least one algorithm, or be left out.'),
)

// RFC 9110 sections 5.1 and 5.5.
const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
export const headers = v.pipe(
  textTable,
  v.check(
    (values) => Object.entries(values).every(([name, value]) => headerName.test(name) && headerValue.test(value)),
    'must hold names and values that HTTP allows in a header.',
  ),
)

export const hostList = listOf(
  v.pipe(written, v.check(isHost, "must be a host name such as 'api.example.com', and nothing else."), v.toLowerCase()),
  'must be a list of host names.',
)

const factHosts = v.lazy((value) =>
  value instanceof RegExp
    ? v.instance(RegExp)
    : listOf(
        v.pipe(
          written,
          v.check(
            (host) => isHost(host.replace(/^\*\./, '')),
            "must be a host name such as 'api.example.com', or '*.example.com' for all below one.",
          ),
          v.toLowerCase(),
        ),
        "must be a list of host names such as ['api.example.com', '*.example.com'], or an expression for whole ones.",
      ),
) as v.GenericSchema<unknown, Required<ProviderFact>['hosts']>

const fact = v.strictObject(
  { path: text, from: v.exactOptional(oneOf(['token', 'callback', 'id_token', 'userinfo'])), hosts: v.exactOptional(factHosts) },
  "must be a path such as 'instance_url', or { path, from, hosts }.",
)

/** What answers say of a connection. */
export const facts = table(
  v.lazy((value) => (typeof value === 'string' ? text : fact)) as v.GenericSchema<unknown, string | ProviderFact>,
  'of facts by name',
)

/** How lists name their next page. */
export const pagination = v.union(
  [v.strictObject({ next: text }), v.strictObject({ cursor: text, parameter: text })],
  'must be { next: path } or { cursor: path, parameter: name }.',
)

export const privateKey = v.pipe(
  text,
  v.check(
    (pem) => ['rsa', 'ec', 'ed25519'].includes(privateKeyKind(pem) ?? ''),
    'must be a private key in PEM text that can sign: RSA, EC or Ed25519, not encrypted.',
  ),
)

export const certificate = v.pipe(
  text,
  v.check(
    (pem) => readCertificate(pem) !== undefined,
    'must be a certificate in PEM text, with those that vouch for it behind it if need be.',
  ),
)

export const clientAuthMethods = ['basic', 'basic_raw', 'post', 'none', 'client_secret_jwt', 'private_key_jwt', 'tls'] as const
export const clientAuth = v.lazy((value) =>
  typeof value === 'function' ? callable<ClientAuthFunction>() : oneOf(clientAuthMethods),
) as v.GenericSchema<unknown, ClientAuthMethod | ClientAuthFunction>

const field: v.GenericSchema<unknown, ProfileField> = v.union(
  [text, pureFunction<Exclude<ProfileField, string>>()],
  "must be a path such as 'data.id', or a function.",
)

/** The fields of `profile`. */
export const profile = {
  id: field,
  username: field,
  name: field,
  givenName: field,
  familyName: field,
  nickname: field,
  email: field,
  emailVerified: field,
  picture: field,
  profileUrl: field,
  website: field,
  gender: field,
  birthdate: field,
  locale: field,
  zoneinfo: field,
  phoneNumber: field,
  address: field,
}

/** The functions of an entry's `hooks`. */
export const hooks = {
  authorizationRequest: pureFunction<Required<ProviderHooks>['authorizationRequest']>(),
  tokenRequest: pureFunction<Required<ProviderHooks>['tokenRequest']>(),
  tokenResponse: pureFunction<Required<ProviderHooks>['tokenResponse']>(),
  apiRequest: pureFunction<Required<ProviderHooks>['apiRequest']>(),
  userinfo: pureFunction<Required<ProviderHooks>['userinfo']>(),
}

export const offlineAccess = { scope: scopeList, authorizationParams: textTable }

/** The fields of an exchange of access tokens. */
export const exchange = { grantType: text, parameter: text, endpoint: template, method: oneOf(['POST', 'GET']), authenticated: flag }

// A group takes what is there; an exchange needs both of these.
const hasBoth = v.check<{ grantType?: string; parameter?: string }, string>(
  ({ grantType, parameter }) => grantType !== undefined && parameter !== undefined,
  'must have both grantType and parameter.',
)
const shortLived = v.pipe(group(exchange, 'with grantType and parameter'), hasBoth)
const exchangeShape = v.pipe(group({ ...exchange, shortLived }, "with grantType and parameter; or 'standard' or 'none'"), hasBoth)

export const renewal = v.lazy((value) => (typeof value === 'string' ? oneOf(['standard', 'none']) : exchangeShape)) as v.GenericSchema<
  unknown,
  RenewalStrategy
>

const declaration = v.strictObject(
  {
    description: text,
    kind: oneOf(['host', 'address', 'segment', 'text', 'identifier']),
    default: v.exactOptional(written),
    pattern: v.exactOptional(v.instance(RegExp)),
    example: v.exactOptional(text),
  },
  "must be { description, kind } with kind 'host', 'address', 'segment', 'text' or 'identifier', and default if there is one.",
)

/** What a provider of the application's own says about its parameters. */
export const declarations = table(declaration, 'of parameters by name')

const allowedList = v.lazy((value) =>
  value instanceof RegExp ? v.instance(RegExp) : listOf(text, "must be a list such as ['id.example.com'], or an expression."),
) as v.GenericSchema<unknown, Allowed>

/** Which values users may choose: of the one parameter that is asked for, or by name. */
export const allow = v.lazy((value) =>
  value instanceof RegExp || Array.isArray(value) ? allowedList : table(allowedList, 'of lists or expressions by parameter'),
) as v.GenericSchema<unknown, Allowed | Readonly<Record<string, Allowed>>>

/** What the value of a parameter may look like, by its kind. */
export const parameterKinds: Readonly<Record<ProviderParameter['kind'], v.GenericSchema<unknown, string>>> = {
  host: v.pipe(
    text,
    v.toLowerCase(),
    v.check(isHost, "must be a host name such as 'login.example.com', with a port if need be, and nothing else."),
  ),
  address: v.pipe(
    text,
    v.check(
      (value) => isHost(value.split('/')[0]?.toLowerCase() ?? '') && /^[^/]+(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(value),
      "must be a host name, with a path behind it if need be, such as 'id.example.com/auth': no scheme, no slash at the end.",
    ),
  ),
  text: v.pipe(text, v.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII.')),
  identifier: v.pipe(
    text,
    v.check((value) => readIdentifier(value) !== undefined, "must be an OpenID identifier, such as 'https://id.example.com/ada'."),
  ),
  segment: v.pipe(
    text,
    v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, dots, - and _ only, the first one a letter or a digit.'),
  ),
}
