import type { Config } from '../../config.js'
import type { Storage } from './storage.js'

type Addresses = Pick<Config, 'databaseFile' | 'databaseUrl' | 'redisUrl'>

/** Opens the database, Postgres where the configuration names one and SQLite else; sessions and tokens are in Redis where it names one. */
export async function openStorage({ databaseFile, databaseUrl, redisUrl }: Addresses): Promise<Storage> {
  // An application would import the ones it uses; this one loads no driver that it does not need.
  const sessions = redisUrl === undefined ? undefined : await (await import('./redis.js')).openRedis(redisUrl)
  const database =
    databaseUrl === undefined
      ? (await import('./sqlite.js')).openSqlite(databaseFile)
      : await (await import('./postgres.js')).openPostgres(databaseUrl)
  if (!sessions) return database
  return {
    ...database,
    sessions: sessions.sessions,
    name: `users in ${databaseUrl === undefined ? 'SQLite' : 'Postgres'}, ${sessions.name}`,
    async close() {
      await Promise.all([sessions.close(), database.close()])
    },
  }
}
