import { createPrivateKey } from 'node:crypto'

/** What kind of key a PEM text holds, `'rsa'` and the like, or `undefined` for anything that is not a readable private key. */
export function privateKeyKind(pem: string): string | undefined {
  try {
    // Indented text is common in configuration files.
    return createPrivateKey(pem.replace(/^[ \t]+/gm, '')).asymmetricKeyType
  } catch {
    return undefined
  }
}
