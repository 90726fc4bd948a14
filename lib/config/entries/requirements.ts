import type { Client } from '../../model/client.js'
import type { ProtocolOption } from '../../model/protocols/protocolOptions.js'
import type { ClientAuthMethod, ResolvedProvider } from '../../model/provider.js'
import { invalid } from '../invalid.js'
import { checkAuthorization } from './authorization/checks.js'
import { checkCertificate, checkDpop } from './binding/checks.js'
import { isWithoutClient } from './fitness/fitness.js'
import { checkHeaderEntry, lackingInHeaderEntry } from './identity/headerChecks.js'
import { checkIdTokenKeys, needsNoKeys } from './keys/idTokenKeys.js'
import { privateKeyKind } from './privateKey.js'
import type { EntryOptions, SpokenOptions } from './schema.js'

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
  /** Whether the entry was looked up for a request. */
  lookedUp?: boolean | undefined
}

type Endpoint = 'issuer' | 'authorizationEndpoint' | 'tokenEndpoint' | 'requestTokenEndpoint' | 'accessTokenEndpoint' | 'jwksUri'

const oauth1Endpoints: readonly Endpoint[] = ['requestTokenEndpoint', 'authorizationEndpoint', 'accessTokenEndpoint']
const endpoints: Readonly<Record<string, readonly (Endpoint | 'header' | 'audience')[]>> = {
  oauth1: oauth1Endpoints,
  oauth2: ['authorizationEndpoint', 'tokenEndpoint'],
  oidc: ['issuer'],
  openid2: [],
  'header-jwt': ['header', 'issuer', 'audience'],
}
const endpointsWithoutDiscovery: readonly Endpoint[] = ['issuer', 'authorizationEndpoint', 'tokenEndpoint']

/** Who the application says it is. */
type Proof = Pick<EntryOptions, 'clientId' | 'clientSecret' | 'privateKey' | 'keyId' | 'certificate'>

/** A sentence for each option that the entry lacks. */
export function lackingIn(provider: SpokenOptions, client: Proof, entryPath: EntryPath): string[] {
  const { clientAuth, protocol, ownProtocol, profile } = provider
  const signing = client.privateKey === undefined && signsWithKey(provider)
  const presents = clientAuth === 'tls' && entryPath.wayOut === undefined
  return [
    ...(client.clientId === undefined && needsClient(provider) ? [missing('clientId', entryPath, '')] : []),
    ...lackingEndpoints(provider, entryPath),
    ...(signing ? [missing('privateKey', entryPath, `; it is PEM text, and ${signing} signs with it`)] : []),
    ...(client.keyId !== undefined && client.privateKey === undefined && !signing
      ? [missing('privateKey', entryPath, '; keyId names it')]
      : []),
    ...(needsSecret(provider, client) && client.clientSecret === undefined
      ? [
          missing(
            'clientSecret',
            entryPath,
            protocol === 'oauth1' || ownProtocol ? '' : "; a public client, which has none, says clientAuth: 'none'",
          ),
        ]
      : []),
    ...(presents && client.certificate === undefined
      ? [missing('certificate', entryPath, "; it is PEM text, and clientAuth 'tls' presents it")]
      : []),
    ...(presents && client.privateKey === undefined
      ? [missing('privateKey', entryPath, '; it is PEM text, and the key of the certificate')]
      : []),
    ...((protocol === 'oauth1' || protocol === 'oauth2' || ownProtocol) && (profile?.id ?? ownProtocol?.profile.id) === undefined
      ? [
          `${entryPath.path}.profile.id is missing: set it to where the provider's profile has its stable id, such as `
            + "profile: { id: 'id' } or profile: { id: 'data.user_id' }.",
        ]
      : []),
  ]
}

type Required = Endpoint | ProtocolOption | 'header' | 'audience'

function lackingEndpoints(provider: SpokenOptions, entryPath: EntryPath): string[] {
  const isStatic = provider.protocol === 'oidc' && provider.discovery === false
  const needed: readonly Required[] = isStatic
    ? endpointsWithoutDiscovery
    : (provider.ownProtocol?.requires ?? endpoints[provider.protocol] ?? [])
  const withKeys = isStatic && provider.jwks === undefined && !needsNoKeys(provider) ? [...needed, 'jwksUri' as const] : needed
  const named = provider.signer === undefined ? withKeys : withKeys.filter((name) => name !== 'audience')
  const pushes = provider.par === true && (isStatic || provider.protocol === 'oauth2')
  return [
    ...named
      .filter((name) => provider[name] === undefined)
      .map((name) =>
        missing(name, entryPath, `; the protocol ${provider.protocol} needs it${isStatic ? ' where discovery is false' : ''}`),
      ),
    ...(provider.protocol === 'header-jwt' ? lackingInHeaderEntry(provider, entryPath.path) : []),
    ...(pushes && provider.pushedAuthorizationRequestEndpoint === undefined
      ? [missing('pushedAuthorizationRequestEndpoint', entryPath, '; par pushes requests there')]
      : []),
  ]
}

/** What signs with a private key, if anything does. */
function signsWithKey({ clientAuth, needsPrivateKey, protocol, requestObject, signatureMethod }: SpokenOptions): string | false {
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
  if (provider.protocol === 'header-jwt') checkHeaderEntry(provider, client, entryPath.path, entryPath.lookedUp === true)
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

/** Whether the application has an id with the provider. */
function needsClient({ protocol, ownProtocol }: SpokenOptions): boolean {
  return ownProtocol ? ownProtocol.client === 'required' : !isWithoutClient(protocol)
}

function needsSecret(provider: SpokenOptions, { privateKey }: Proof): boolean {
  const { protocol, ownProtocol, clientAuth, signatureMethod } = provider
  if (ownProtocol || !needsClient(provider)) return needsClient(provider)
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
  const open = oauth1Endpoints.find((name) => provider[name]?.startsWith('http:'))
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
