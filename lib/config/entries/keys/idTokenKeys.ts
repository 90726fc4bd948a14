import { isSecretAlgorithm } from '../../../endpoints/discovery/algorithms.js'
import type { Client } from '../../../model/client.js'
import type { ResolvedProvider } from '../../../model/provider.js'
import { invalid } from '../../invalid.js'

/** Bytes that a client secret must have to be the key of an algorithm (RFC 7518 section 3.2). */
const secretBytes: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/**
 * What ID Tokens are verified with: keys of one place, and a secret only where it is one.
 * @throws AuthError `config_invalid`
 */
export function checkIdTokenKeys({ idTokenAlgs = [], ...provider }: ResolvedProvider, { clientSecret }: Client, path: string): void {
  if (provider.jwks !== undefined && provider.jwksUri !== undefined)
    throw invalid(`${path}.jwks`, 'and jwksUri are two places for the same keys: leave one of them out.')
  const [algorithm] = idTokenAlgs.filter(isSecretAlgorithm)
  if (algorithm === undefined) return
  if (clientSecret === undefined || provider.clientAuth === 'none')
    throw invalid(`${path}.idTokenAlgs`, `lists '${algorithm}', which signs with the client secret, and a public client has none.`)
  const bytes = Buffer.byteLength(clientSecret)
  const weak = idTokenAlgs.find((name) => bytes < (secretBytes[name] ?? 0))
  if (weak === undefined) return
  throw invalid(
    `${path}.clientSecret`,
    `must have ${String(secretBytes[weak])} bytes or more where idTokenAlgs lists '${weak}', and has ${String(bytes)}: `
      + 'a shorter one could be guessed from a token. Have the provider sign with a key pair, such as RS256, or issue a longer secret.',
  )
}

/** Whether ID Tokens are verified with the client secret alone, and no public keys are needed. */
export function needsNoKeys({ idTokenAlgs = [] }: Pick<ResolvedProvider, 'idTokenAlgs'>): boolean {
  return idTokenAlgs.length > 0 && idTokenAlgs.every(isSecretAlgorithm)
}
