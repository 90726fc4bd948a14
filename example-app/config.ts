/**
 * Everything about the example application that can be set, from the environment or from the file `.env` beside `package.json`. Without
 * any of it the application runs as one process, with users and tokens in an SQLite file and sessions in encrypted cookies.
 *
 * PORT                   where it listens: 3000; its own identity providers take the four ports after it
 * DATABASE_FILE          the SQLite file of users (sqliteUserStore) and tokens (sqliteTokenStore): example-app/data/app.db, made at the
 *                        first start
 * DATABASE_URL           such as postgresql://user@127.0.0.1/app: users (postgresUserStore), sessions (connect-pg-simple) and tokens
 *                        (postgresTokenStore) live in Postgres
 * REDIS_URL              such as redis://127.0.0.1:6379: sessions (connect-redis) and tokens (redisTokenStore) live in Redis, and users
 *                        in the database above
 * WORKERS                such as 4: that many processes answer, each request whichever is free (`node:cluster`, no sticky sessions)
 * ACCESS_TOKEN_LIFETIME  seconds, 3600: how long access tokens of its own identity providers last. 10 lets you watch refreshes
 * IDENTITY_PROVIDERS     identity providers that run elsewhere, as JSON: `{ "entries": { slug: entry }, "origins": [...] }`, with `openid`,
 *                        `oauth2`, `oauth1` and `openid2` (see app.ts) among the slugs. Set for the workers by the process that starts them, and by
 *                        you where several machines are to share them
 *
 * Read by authrouter itself, and the same in all processes of an application: AUTH_SECRET, AUTH_BASE_URL, GITHUB_CLIENT_ID and so on.
 */
import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { fileURLToPath } from 'node:url'
import { demoSlugs, type IdentityProviders } from './identityProviders/identityProviders.js'

export interface Config {
  /** 0 for any that is free. */
  port: number
  /** 0 for one process that does everything. */
  workers: number
  /** Path of the SQLite file, which counts where there is no `databaseUrl`. */
  databaseFile: string
  /** Of Postgres. */
  databaseUrl?: string
  /** Where sessions and tokens live instead. */
  redisUrl?: string
  /** Seconds. */
  accessTokenLifetime: number
  /** Those that run elsewhere; left out, the application starts its own. */
  identityProviders?: IdentityProviders
}

const ownDatabaseFile = fileURLToPath(new URL('data/app.db', import.meta.url))

/** Adds the variables of the file `.env`, if there is one; what is set already stays. */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) loadEnvFile(file)
}

/** @throws Error with the code `SETTING_INVALID` and a message for the person at the keyboard */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, IDENTITY_PROVIDERS: elsewhere } = env
  return {
    // The identity providers take the four ports after it.
    port: readNumber('PORT', env, { least: 0, most: 65_531, otherwise: 3000 }),
    workers: readNumber('WORKERS', env, { least: 0, most: 64, otherwise: 0 }),
    accessTokenLifetime: readNumber('ACCESS_TOKEN_LIFETIME', env, { least: 1, most: 86_400, otherwise: 3600 }),
    databaseFile: databaseFile === undefined || databaseFile === '' ? ownDatabaseFile : databaseFile,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(redisUrl ? { redisUrl } : {}),
    ...(elsewhere ? { identityProviders: readIdentityProviders(elsewhere) } : {}),
  }
}

interface Range {
  least: number
  most: number
  otherwise: number
}

function readNumber(name: string, env: NodeJS.ProcessEnv, { least, most, otherwise }: Range): number {
  const text = env[name] ?? ''
  if (text === '') return otherwise
  const number = /^\d+$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= most) return number
  throw invalid(`${name} must be a number from ${String(least)} to ${String(most)}.`)
}

function readIdentityProviders(text: string): IdentityProviders {
  try {
    // Who sets the environment decides what it says, and authRouter checks each entry.
    const { entries, origins } = JSON.parse(text) as Partial<IdentityProviders>
    if (entries && demoSlugs.every((slug) => slug in entries) && Array.isArray(origins)) return { entries, origins }
  } catch {
    // The same to whoever set it: not what is expected here.
  }
  throw invalid(
    'IDENTITY_PROVIDERS must be JSON: { "entries": { "openid": {...}, "oauth2": {...}, "oauth1": {...}, "openid2": {...} }, "origins": [...] }.',
  )
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { code: 'SETTING_INVALID' })
}
