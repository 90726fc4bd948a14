import { createPrivateKey } from 'node:crypto'
import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { loadJose } from './jose.js'
import { maxTokenLength } from './jwtParts.js'

// Without RSA1_5, which tells attackers too much (RFC 8725 section 3.2), and without what a password or a shared secret opens.
const keyManagementAlgorithms = [
  'RSA-OAEP',
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
]
const contentEncryptionAlgorithms = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512']

/** Whether a text has the five parts of an encrypted token (RFC 7516 section 3.1). */
export function isEncrypted(token: string): boolean {
  return token.split('.', 6).length === 5
}

/**
 * What an encrypted token of the provider holds, opened with the entry's private key: mostly a signed one, which is verified by others.
 *
 * @param token that `isEncrypted`
 * @param what it is called in messages
 * @throws AuthError `idtoken_invalid` with the reason `encrypted` where the entry has no private key, else `decryption`
 */
export async function decrypted({ client, slug }: Pick<Context, 'client' | 'slug'>, token: string, what = 'ID Token'): Promise<string> {
  const { privateKey } = client
  if (privateKey === undefined) {
    throw new AuthError('idtoken_invalid', `The provider's ${what} is encrypted: set privateKey, or have it signed only.`, {
      provider: slug,
      reason: 'encrypted',
    })
  }
  const { compactDecrypt } = await loadJose()
  try {
    if (token.length > 2 * maxTokenLength) throw new Error(`longer than ${String(2 * maxTokenLength)} characters`)
    const key = createPrivateKey(privateKey.replace(/^[ \t]+/gm, ''))
    // What inflates to more than a token may be is no token (RFC 8725 section 3.6).
    const limits = { keyManagementAlgorithms, contentEncryptionAlgorithms, maxDecompressedLength: maxTokenLength }
    const content = new TextDecoder('utf-8', { fatal: true }).decode((await compactDecrypt(token, key, limits)).plaintext)
    // Signed, then encrypted, is all there is (OpenID Connect Core section 10.2).
    if (isEncrypted(content)) throw new Error('encrypted twice')
    return content
  } catch (cause) {
    throw new AuthError('idtoken_invalid', `The provider's ${what} could not be decrypted.`, {
      provider: slug,
      reason: 'decryption',
      cause,
    })
  }
}
