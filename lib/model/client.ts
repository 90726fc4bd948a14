/** Who the application is to a provider. */
export interface Client {
  clientId: string
  clientSecret?: string
  /** PEM text (PKCS#8 or PKCS#1) for signatures by key, and of the certificate. */
  privateKey?: string
  /** The `kid` of that key, for assertions that it signs (RFC 7523, RFC 7515 section 4.1.4). */
  keyId?: string
  /** PEM text of the certificate that the client presents (RFC 8705), and of those that vouch for it. */
  certificate?: string
  /** Values of the provider's parameters: tenant, host, further keys of the application. */
  parameters?: Readonly<Record<string, string>>
}
