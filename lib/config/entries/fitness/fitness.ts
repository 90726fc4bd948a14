import type { ProtocolName } from '../../../model/provider.js'
import { invalid } from '../../invalid.js'
import { alternatives } from '../../shapes.js'
import type { EntryOptions } from '../schema.js'

/** What an entry of every protocol may say. */
export const commonOptions: ReadonlySet<string> = new Set<keyof EntryOptions>([
  'provider',
  'protocol',
  'title',
  'docs',
  'icon',
  'color',
  'parameters',
  'profile',
  'hooks',
  'refreshTokens',
  'formerly',
])

// Options that another protocol would not even read: nobody shall count on a check that is not made.
const meantFor: { readonly [Option in keyof EntryOptions]?: readonly ProtocolName[] } = {
  requestTokenEndpoint: ['oauth1'],
  accessTokenEndpoint: ['oauth1'],
  requestTokenParams: ['oauth1'],
  signatureMethod: ['oauth1'],
  signaturePlacement: ['oauth1'],
  realm: ['oauth1', 'openid2'],
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
  endSessionEndpoint: ['oidc', 'header-jwt'],
  backchannelLogout: ['oidc'],
  frontchannelLogout: ['oidc'],
  idTokenAlgs: ['oidc', 'header-jwt'],
  nonce: ['oidc'],
  discovery: ['oidc'],
  jwksUri: ['oidc', 'header-jwt'],
  jwks: ['oidc', 'header-jwt'],
  maxAge: ['oidc', 'openid2'],
  acrValues: ['oidc', 'openid2'],
  claims: ['oidc'],
  responseType: ['oidc'],
  clockTolerance: ['oidc', 'openid2', 'header-jwt'],
  thirdPartyInitiated: ['oidc'],
  issuer: ['oauth2', 'oidc', 'header-jwt'],
  identifier: ['openid2'],
  claimedIdPattern: ['openid2'],
  simpleRegistration: ['openid2'],
  attributeExchange: ['openid2'],
  associations: ['openid2'],
  header: ['header-jwt'],
  audience: ['header-jwt'],
  signer: ['header-jwt'],
  keyEndpoint: ['header-jwt'],
}

/** Protocols that say who somebody is and give no tokens, and what an entry of theirs can say besides what is meant for them. */
const withoutTokens: Readonly<Record<string, ReadonlySet<string>>> = {
  openid2: new Set([
    ...commonOptions,
    'ask',
    'allow',
    'callbackPath',
    'authorizationEndpoint',
    'authorizationParams',
    'userinfoEndpoint',
    'userinfoMethod',
    'userinfoQuery',
    'userinfo',
    'extraRequests',
    'apiHeaders',
    'apiBaseUrl',
    'refreshTokens',
    'formerly',
  ]),
  'header-jwt': new Set([...commonOptions, 'clientId']),
}

/** @throws AuthError `config_invalid` for an option that the entry's protocol has no use for */
export function checkFitness(protocol: ProtocolName, options: EntryOptions, { path }: { path: string }): void {
  for (const option of Object.keys(options) as (keyof EntryOptions)[]) {
    const protocols = meantFor[option]
    if (protocols?.includes(protocol)) continue
    const known = withoutTokens[protocol]
    if (!protocols && known && !known.has(option))
      throw invalid(`${path}.${option}`, `is not for the protocol '${protocol}': leave it out.`)
    if (!protocols) continue
    throw invalid(`${path}.${option}`, `is for the protocol ${alternatives(protocols)}, not for '${protocol}': leave it out.`)
  }
}

/** Whether an application is nobody to a provider of this protocol: no id, no secret. */
export function isWithoutClient(protocol: string): boolean {
  return withoutTokens[protocol] !== undefined
}
