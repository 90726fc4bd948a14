import { randomToken } from '../../base/random.js'

// Letters and digits only, 20 to 30 of them: what the strictest servers take (oauthlib's defaults). 22 hold 130 bits.
const nonceLength = 22
// Asking the system for randomness takes as long as an HMAC does, whatever the amount.
const bytesPerDraw = 1024

let drawn = ''
let used = 0

/** A nonce that no request had before: 22 letters and digits (RFC 5849, 3.3). */
export function freshNonce(): string {
  if (used + nonceLength > drawn.length) {
    drawn = randomToken(bytesPerDraw).replace(/[-_]/g, '')
    used = 0
  }
  used += nonceLength
  return drawn.slice(used - nonceLength, used)
}
