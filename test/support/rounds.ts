/** Whether this is `npm run test:long`, which runs every file that imports this one. */
const isLong = process.env['AUTHROUTER_TESTS'] === 'long'

/** How many times a test does what it does, or how many milliseconds it waits: `short` with `npm test`, `long` with `npm run test:long`. */
export function rounds(counts: { short: number; long: number }): number {
  return isLong ? counts.long : counts.short
}
