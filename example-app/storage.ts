import type { AuthRouterOptions } from 'authrouter'
import type { Config } from './config.js'

/** Where sessions and tokens live, for as many processes as there are. */
export interface Storage {
  /** What `authRouter` is told of it. */
  options: Pick<AuthRouterOptions, 'session' | 'tokenStore'>
  /** In plain words, for who wants to know. */
  place: string
  close: () => Promise<void>
}

/** Connects to Redis or Postgres, whichever the configuration names; without either, encrypted cookies need no storage at all. */
export async function openStorage({ redisUrl, databaseUrl }: Pick<Config, 'redisUrl' | 'databaseUrl'>): Promise<Storage> {
  // An application would import the one it uses; this one loads no driver that it does not need.
  if (redisUrl !== undefined) return (await import('./redisStorage.js')).openRedis(redisUrl)
  if (databaseUrl !== undefined) return (await import('./postgresStorage.js')).openPostgres(databaseUrl)
  return { options: {}, place: 'encrypted cookies', close: () => Promise.resolve() }
}
