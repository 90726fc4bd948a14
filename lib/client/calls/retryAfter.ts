/** Waits so many milliseconds, or throws the signal's reason when it aborts first. */
export type Wait = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>

/** Seconds that a call waits at most unless its caller says otherwise. */
export const defaultRetryAfter = 10

/**
 * How long a server asks to be left alone (RFC 9110 section 10.2.3).
 *
 * @param value of the header: whole seconds, or a date
 * @param now milliseconds since 1970
 * @returns milliseconds, never negative; `undefined` for a value that says nothing
 */
export function retryAfterMilliseconds(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // The date begins with the name of a day; what else JavaScript takes for a date is none here.
  const date = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
