import type { ProviderParameter } from '../../../model/provider.js'
import type { SpokenOptions } from '../schema.js'

type Declarations = Readonly<Record<string, ProviderParameter>>

const identifier: ProviderParameter = {
  description: 'Your OpenID',
  kind: 'identifier',
  example: 'https://id.example.com/ada',
}

/** An entry of OpenID 2.0 that names nobody asks each user for an identifier. */
export function withTypedIdentifier(
  options: SpokenOptions,
  parameters: Declarations,
): { options: SpokenOptions; parameters: Declarations } {
  const { protocol, identifier: named, authorizationEndpoint, ask } = options
  if (protocol !== 'openid2' || named !== undefined || authorizationEndpoint !== undefined) return { options, parameters }
  return {
    options: { ...options, identifier: '{identifier}', ask: [...new Set([...(ask ?? []), 'identifier'])] },
    parameters: { ...parameters, identifier },
  }
}
