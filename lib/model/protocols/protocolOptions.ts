/** The options of an entry that a protocol of an application's own may read, and says that it reads. */
export const protocolOptions = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'refreshEndpoint',
  'userinfoEndpoint',
  'requestTokenEndpoint',
  'accessTokenEndpoint',
  'endSessionEndpoint',
  'jwksUri',
  'jwks',
  'idTokenAlgs',
  'identifier',
  'audience',
  'realm',
  'scope',
  'scopes',
  'scopeSeparator',
  'maxAge',
  'acrValues',
  'clockTolerance',
  'authorizationParams',
  'requestTokenParams',
  'tokenParams',
  'refreshParams',
  'privateKey',
  'keyId',
] as const

/** An option that `requires` or `options` of a protocol may name. */
export type ProtocolOption = (typeof protocolOptions)[number]
