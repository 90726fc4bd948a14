const maxLength = 255

/**
 * When an answer says that it was made (OpenID Authentication 2.0 section 10.1): seconds since 1970.
 * @returns `undefined` for what is no nonce: a UTC time without fractions, then at most 235 printable ASCII characters
 */
export function timeOfNonce(nonce: string): number | undefined {
  const [, time = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)[\x21-\x7e]*$/.exec(nonce) ?? []
  return nonce.length <= maxLength ? instantOf(time) : undefined
}

/** Seconds since 1970 of `2024-02-29T12:00:00Z`; `undefined` for another form, and for a day or an hour that there is not. */
export function instantOf(time: string): number | undefined {
  const milliseconds = Date.parse(time)
  // Date.parse takes the 30th of February for the 1st of March.
  const isExact = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === time.replace(/Z$/, '.000Z')
  return isExact ? milliseconds / 1000 : undefined
}
