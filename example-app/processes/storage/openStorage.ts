import type { Config } from '../../config.js'
import type { Storage } from './storage.js'

/** Connects to Redis or Postgres, whichever the configuration names; without either, encrypted cookies need no storage at all. */
export async function openStorage({ redisUrl, databaseUrl }: Pick<Config, 'redisUrl' | 'databaseUrl'>): Promise<Storage> {
  // An application would import the one it uses; this one loads no driver that it does not need.
  if (redisUrl !== undefined) return (await import('./redis.js')).openRedis(redisUrl)
  if (databaseUrl !== undefined) return (await import('./postgres.js')).openPostgres(databaseUrl)
  return { options: {}, name: 'encrypted cookies', close: () => Promise.resolve() }
}
