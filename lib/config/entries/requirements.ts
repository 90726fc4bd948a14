import type { Client } from '../../model/client.js'
import type { ClientAuthMethod, ProtocolName, ResolvedProvider } from '../../model/provider.js'
import { invalid } from '../invalid.js'
import { alternatives } from '../shapes.js'
import { checkAuthorization } from './authorization/checks.js'
import { checkCertificate, checkDpop } from './binding/checks.js'
import { checkIdTokenKeys, needsNoKeys } from './keys/idTokenKeys.js'
import { privateKeyKind } from './privateKey.js'
import type { EntryOptions } from './schema.js'

/** Where an entry stands, and how its options can be given. */
export interface EntryPath {
  /** `providers.<slug>` */
  path: string
  /** The environment variable of an option; `undefined` where the environment is not read. */
  variableOf: (option: string) => string | undefined
  production: boolean
  /** The option by which the application brings its own way out to the network, where it does. */
  wayOut: 'http.fetch' | 'http.dispatcher' | undefined
  /** Whether sessions can be found that no cookie comes with. */
  hasTokenStore?: boolean | undefined
}

type Endpoint = 'issuer' | 'authorizationEndpoint' | 'tokenEndpoint' | 'requestTokenEndpoint' | 'accessTokenEndpoint' | 'jwksUri'

const endpoints: Record<ProtocolName, readonly Endpoint[]> = {
  oauth1: ['requestTokenEndpoint', 'authorizationEndpoint', 'accessTokenEndpoint'],
  oauth2: ['authorizationEndpoint', 'tokenEndpoint'],
  oidc: ['issuer'],
}
const endpointsWithoutDiscovery: readonly Endpoint[] = ['issuer', 'authorizationEndpoint', 'tokenEndpoint']

// Options that another protocol would not even read: nobody shall count on a check that is not made.
const meantFor: { readonly [Option in keyof EntryOptions]?: readonly ProtocolName[] } = {
  requestTokenEndpoint: ['oauth1'],
  accessTokenEndpoint: ['oauth1'],
  requestTokenParams: ['oauth1'],
  signatureMethod: ['oauth1'],
  signaturePlacement: ['oauth1'],
  realm: ['oauth1'],
  bodyHash: ['oauth1'],
  tokenEndpoint: ['oauth2', 'oidc'],
  pkce: ['oauth2', 'oidc'],
  dpop: ['oauth2', 'oidc'],
  clientAuth: ['oauth2', 'oidc'],
  tokenPlacement: ['oauth2', 'oidc'],
  certificate: ['oauth2', 'oidc'],
  keyId: ['oauth2', 'oidc'],
  renewal: ['oauth2', 'oidc'],
  revocationEndpoint: ['oauth2', 'oidc'],
  revocationClientAuth: ['oauth2', 'oidc'],
  introspectionEndpoint: ['oauth2', 'oidc'],
  pushedAuthorizationRequestEndpoint: ['oauth2', 'oidc'],
  par: ['oauth2', 'oidc'],
  requestObject: ['oauth2', 'oidc'],
  resource: ['oauth2', 'oidc'],
  authorizationDetails: ['oauth2', 'oidc'],
  deviceAuthorizationEndpoint: ['oauth2', 'oidc'],
  responseMode: ['oauth2', 'oidc'],
  pkceMethod: ['oauth2', 'oidc'],
  refreshEndpoint: ['oauth2'],
  tokenMethod: ['oauth2'],
  tokenBodyFormat: ['oauth2'],
  parameterNames: ['oauth2'],
  authorizationFragment: ['oauth2'],
  discoveryEndpoint: ['oidc'],
  endSessionEndpoint: ['oidc'],
  backchannelLogout: ['oidc'],
  frontchannelLogout: ['oidc'],
  idTokenAlgs: ['oidc'],
  nonce: ['oidc'],
  discovery: ['oidc'],
  jwksUri: ['oidc'],
  jwks: ['oidc'],
  maxAge: ['oidc'],
  acrValues: ['oidc'],
  claims: ['oidc'],
  responseType: ['oidc'],
  clockTolerance: ['oidc'],
}

/** @throws AuthError `config_invalid` for an option that the entry's protocol has no use for */
export function checkFitness(protocol: ProtocolName, options: EntryOptions, { path }: EntryPath): void {
  for (const option of Object.keys(options) as (keyof EntryOptions)[]) {
    const protocols = meantFor[option]
    if (!protocols || protocols.includes(protocol)) continue
    throw invalid(`${path}.${option}`, `is for the protocol ${alternatives(protocols)}, not for '${protocol}': leave it out.`)
  }
}

/** An entry of which nothing has been worked out yet. */
type Described = EntryOptions & { protocol: ProtocolName }

/** Who the application says it is. */
type Proof = Pick<EntryOptions, 'clientId' | 'clientSecret' | 'privateKey' | 'keyId' | 'certificate'>

/** A sentence for each option that the entry lacks. */
export function lackingIn(provider: Described, client: Proof, entryPath: EntryPath): string[] {
  const { clientAuth, protocol, profile } = provider
  const signing = client.privateKey === undefined && signsWithKey(provider)
  const presents = clientAuth === 'tls' && entryPath.wayOut === undefined
  return [
    ...(client.clientId === undefined ? [missing('clientId', entryPath, '')] : []),
    ...lackingEndpoints(provider, entryPath),
    ...(signing ? [missing('privateKey', entryPath, `; it is PEM text, and ${signing} signs with it`)] : []),
    ...(client.keyId !== undefined && client.privateKey === undefined && !signing
      ? [missing('privateKey', entryPath, '; keyId names it')]
      : []),
    ...(needsSecret(provider, client) && client.clientSecret === undefined
      ? [missing('clientSecret', entryPath, protocol === 'oauth1' ? '' : "; a public client, which has none, says clientAuth: 'none'")]
      : []),
    ...(presents && client.certificate === undefined
      ? [missing('certificate', entryPath, "; it is PEM text, and clientAuth 'tls' presents it")]
      : []),
    ...(presents && client.privateKey === undefined
      ? [missing('privateKey', entryPath, '; it is PEM text, and the key of the certificate')]
      : []),
    ...(protocol !== 'oidc' && profile?.id === undefined
      ? [
          `${entryPath.path}.profile.id is missing: set it to where the provider's profile has its stable id, such as `
            + "profile: { id: 'id' } or profile: { id: 'data.user_id' }.",
        ]
      : []),
  ]
}

function lackingEndpoints(provider: Described, entryPath: EntryPath): string[] {
  const isStatic = provider.protocol === 'oidc' && provider.discovery === false
  const needed = isStatic ? endpointsWithoutDiscovery : endpoints[provider.protocol]
  const withKeys = isStatic && provider.jwks === undefined && !needsNoKeys(provider) ? [...needed, 'jwksUri' as const] : needed
  const pushes = provider.par === true && (isStatic || provider.protocol === 'oauth2')
  return [
    ...withKeys
      .filter((name) => provider[name] === undefined)
      .map((name) =>
        missing(name, entryPath, `; the protocol ${provider.protocol} needs it${isStatic ? ' where discovery is false' : ''}`),
      ),
    ...(pushes && provider.pushedAuthorizationRequestEndpoint === undefined
      ? [missing('pushedAuthorizationRequestEndpoint', entryPath, '; par pushes requests there')]
      : []),
  ]
}

/** What signs with a private key, if anything does. */
function signsWithKey({ clientAuth, needsPrivateKey, protocol, requestObject, signatureMethod }: Described): string | false {
  if (protocol === 'oauth1') return signatureMethod?.startsWith('RSA-') === true && `signatureMethod '${signatureMethod}'`
  return (
    (needsPrivateKey === true && "the provider's client authentication")
    || (clientAuth === 'private_key_jwt' && "clientAuth 'private_key_jwt'")
    || (requestObject === true && 'requestObject')
  )
}

/** @throws AuthError `config_invalid` for two options of the entry that contradict each other */
export function checkRequirements(provider: ResolvedProvider, client: Client, entryPath: EntryPath): void {
  checkDiscovery(provider, entryPath)
  checkIdTokenKeys(provider, client, entryPath.path)
  checkLogout(provider, entryPath)
  checkCertificate(provider, client, entryPath)
  checkAuthorization(provider, entryPath.path)
  checkDpop(provider, entryPath.path)
  if (provider.protocol === 'oidc' && !provider.scope.includes('openid')) {
    throw invalid(`${entryPath.path}.scope`, "must contain 'openid': without it the provider sends no ID Token.")
  }
  if (provider.protocol === 'oidc' && typeof provider.renewal === 'object') {
    throw invalid(
      `${entryPath.path}.renewal`,
      "must be 'standard' or 'none' for the protocol 'oidc': an exchange of access tokens is for 'oauth2'.",
    )
  }
  if (provider.protocol === 'oauth1') checkSignature(provider, client, entryPath)
}

/**
 * Refuses an entry whose provider may end sessions, where nothing could find them.
 * @throws AuthError `config_invalid`
 */
function checkLogout(provider: ResolvedProvider, { path, hasTokenStore }: EntryPath): void {
  if (hasTokenStore || provider.protocol !== 'oidc') return
  const option = (['backchannelLogout', 'frontchannelLogout'] as const).find((name) => provider[name])
  if (option === undefined) return
  throw invalid(
    `${path}.${option}`,
    'needs the option tokenStore: when the provider ends a session its cookie does not come along, and the session is found there.',
  )
}

function checkDiscovery(provider: ResolvedProvider, { path }: EntryPath): void {
  if (provider.protocol !== 'oidc' || provider.discovery === false) return
  if (provider.tokenEndpoint !== undefined)
    throw invalid(
      `${path}.tokenEndpoint`,
      'would not be used, since the discovery document has its own: leave it out, or set discovery: false and give all endpoints.',
    )
}

const withoutSecret = new Set<ClientAuthMethod>(['none', 'private_key_jwt', 'tls'])

function needsSecret({ protocol, clientAuth, signatureMethod }: Described, { privateKey }: Proof): boolean {
  if (protocol === 'oauth1') return !signatureMethod?.startsWith('RSA-')
  if (clientAuth === undefined) return privateKey === undefined
  return typeof clientAuth !== 'function' && !withoutSecret.has(clientAuth)
}

function checkSignature(provider: ResolvedProvider, { privateKey }: Client, { path, production }: EntryPath): void {
  const { signatureMethod, signaturePlacement = 'header', realm, bodyHash } = provider
  if (realm !== undefined && signaturePlacement !== 'header') {
    throw invalid(`${path}.realm`, "travels in the Authorization header: leave it out, or set signaturePlacement to 'header'.")
  }
  if (bodyHash === true && signatureMethod === 'PLAINTEXT') {
    throw invalid(`${path}.bodyHash`, "protects nothing with signatureMethod 'PLAINTEXT', which has no hash: leave it out.")
  }
  if (signatureMethod?.startsWith('RSA-') && privateKey !== undefined && privateKeyKind(privateKey) !== 'rsa') {
    throw invalid(`${path}.privateKey`, `must be an RSA key: signatureMethod '${signatureMethod}' signs with it.`)
  }
  // Elsewhere plain http is refused anyway, but for this machine itself.
  const open = endpoints.oauth1.find((name) => provider[name]?.startsWith('http:'))
  if (signatureMethod === 'PLAINTEXT' && production && open) {
    throw invalid(`${path}.${open}`, "must use https: signatureMethod 'PLAINTEXT' sends the secrets as they are.")
  }
}

/**
 * The sentence on an option that has to be given.
 * @param reason what follows, such as why it is needed
 */
export function missing(option: string, { path, variableOf }: EntryPath, reason: string): string {
  const variable = variableOf(option)
  const otherwise = variable === undefined ? '' : `, or the environment variable ${variable}`
  return `${path}.${option} is missing: set it${otherwise}${reason}.`
}
