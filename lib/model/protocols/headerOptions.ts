import type { Template } from '../template.js'

/** What an entry can say of a proxy that signs who the user is into a header of each request. */
export interface HeaderOptions {
  /**
   * The header that carries the JWT, such as `'x-goog-iap-jwt-assertion'`.
   * @see docs/identity-headers.md
   */
  header?: string
  /** For whom the JWT must be: one value, or any of several. */
  audience?: Template | readonly string[]
  /** Who must have signed the JWT, where its header says so in `signer`: the ARN of an AWS load balancer. */
  signer?: Template
  /** URL of one public key in PEM text, with `{kid}` for its name, where the keys are no JWK Set. */
  keyEndpoint?: Template
}
