import { generateKeyPairSync } from 'node:crypto'

let pem: string | undefined

/** A P-256 private key, PEM text, made anew for each run. */
export function examplePrivateKey(): string {
  pem ??= generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return pem
}
