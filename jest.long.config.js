import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import usual from './jest.config.js'

// Read by test/support/rounds.ts.
process.env.AUTHROUTER_TESTS = 'long'

const folder = join(import.meta.dirname, 'test')
const hasRounds = (name) => name.endsWith('.test.ts') && readFileSync(join(folder, name), 'utf8').includes("/rounds.js'")

/** The tests that count, in full: `npm run test:long`. */
export default {
  ...usual,
  // These compute.
  maxWorkers: '100%',
  testTimeout: 1_800_000,
  testMatch: readdirSync(folder, { recursive: true })
    .filter(hasRounds)
    .map((name) => `<rootDir>/test/${name}`),
}
