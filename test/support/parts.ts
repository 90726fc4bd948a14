import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe } from '@jest/globals'
import { hasPostgres } from './postgres.js'
import { hasRedis } from './redis.js'

/** What some tests need beside npm's packages, by the name of its Debian package, and whether this machine has it. */
const parts = {
  chromium: () => findChromium() !== undefined,
  'redis-server': hasRedis,
  postgresql: hasPostgres,
  'python3-oauthlib': () => hasPython('oauthlib'),
  'python3-openid': () => hasPython('openid'),
}
export type Part = keyof typeof parts

/**
 * `describe` for tests that need a part of the machine. Where it is missing they are left out, and the end of the run lists them
 * (`leftOut.js`); with `CI=true` they run, and fail.
 */
export function describeWith(part: Part | undefined, title: string, body: () => void): void {
  if (part === undefined || mayRun(part)) describe(title, body)
  // Only on a developer's machine, where `npm test` needs nothing but Node.js: continuous integration sets CI, and counts a skipped test as failed.
  else describe.skip(`${title} (needs ${part})`, body)
}

/** Whether tests that need a part run: it is there, or `CI=true` wants them to fail where it is not. */
export function mayRun(part: Part): boolean {
  return process.env['CI'] === 'true' || isThere(part)
}

const found = new Map<Part, boolean>()

function isThere(part: Part): boolean {
  const answer = found.get(part) ?? parts[part]()
  found.set(part, answer)
  return answer
}

function hasPython(module: string): boolean {
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`]).status === 0
}

/** Where Chromium is on this machine; `CHROMIUM_PATH` wins, also where it leads nowhere. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH: named } = process.env
  return (named === undefined ? usualPlaces : [named]).find((path) => existsSync(path))
}

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']
