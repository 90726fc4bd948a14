import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'

/** What kind of key a PEM text holds, `'rsa'` and the like, or `undefined` for anything that is not a readable private key. */
export function privateKeyKind(pem: string): string | undefined {
  return readPrivateKey(pem)?.asymmetricKeyType
}

/** The certificate that a PEM text begins with, or `undefined`. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(withoutIndent(pem))
  } catch {
    return undefined
  }
}

/** Whether a private key is the one of a certificate. */
export function belongTogether(certificate: string, privateKey: string): boolean {
  const key = readPrivateKey(privateKey)
  return key !== undefined && readCertificate(certificate)?.checkPrivateKey(key) === true
}

function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(withoutIndent(pem))
  } catch {
    return undefined
  }
}

// Indented text is common in configuration files.
function withoutIndent(pem: string): string {
  return pem.replace(/^[ \t]+/gm, '')
}
