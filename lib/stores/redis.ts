import { AuthError } from '../base/errors.js'
import { randomToken } from '../base/random.js'
import { requireDriver } from './driver.js'
import type { StoredRecord, TokenStore } from './tokenStore.js'

/** What a client of the `redis` package (`createClient`, `createCluster` or `createClientPool`) has, as far as it is used here. */
export interface RedisClient {
  get: (key: string) => Promise<string | null>
  del: (key: string) => Promise<unknown>
  eval: (script: string, options: { keys: string[]; arguments: string[] }) => Promise<unknown>
}

export interface RedisTokenStoreOptions {
  /** What all keys begin with, `authrouter:` by default. Applications that share a server need one each. */
  prefix?: string
}

// A record is kept as `version:record`. Every script has one key, so that a cluster knows where to run it.
const writeIfVersion = `
local version = tonumber(string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^(%d+):')) or 0
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then return 0 end
local record = string.format('%.0f:', version + 1) .. ARGV[2]
if ARGV[3] == '' then redis.call('SET', KEYS[1], record) else redis.call('SET', KEYS[1], record, 'PX', ARGV[3]) end
return 1`

const claim = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`

const keepIfOwner = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

const deleteIfOwner = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

const cure = 'redisTokenStore takes a client of the package redis: await createClient({ url }).connect().'

/**
 * Keeps tokens in Redis, for any number of processes and machines: compare-and-set by a script, expiry, locks and claims by the server.
 * @param client a connected client of the `redis` package, which stays its owner's to connect and to close: a single server's, a pool or
 * a cluster (any object with these three methods will do). Reads must go to the server that takes the writes, not to a replica.
 * @throws AuthError `config_invalid` for what is no such client; from the store's methods the client's errors
 */
export function redisTokenStore(client: RedisClient, { prefix = 'authrouter:' }: RedisTokenStoreOptions = {}): TokenStore {
  requireDriver(client, ['get', 'del', 'eval'], cure)
  // A client of the package ioredis has the same names, and takes other parameters.
  if ('defineCommand' in client) throw new AuthError('config_invalid', `${cure} What was given is a client of the package ioredis.`)
  const run = async (script: string, key: string, ...values: string[]): Promise<boolean> => {
    return Number(await client.eval(script, { keys: [key], arguments: values })) === 1
  }
  const recordKey = (key: string): string => `${prefix}record:${key}`

  return {
    async get(key) {
      return parse(await client.get(recordKey(key)))
    },
    async set(key, record, { version, ttl }) {
      return run(
        writeIfVersion,
        recordKey(key),
        version === undefined ? '' : String(version),
        record,
        ttl === undefined ? '' : milliseconds(ttl),
      )
    },
    async delete(key) {
      await client.del(recordKey(key))
    },
    async lock(key, ttl) {
      const lockKey = `${prefix}lock:${key}`
      const owner = randomToken(16)
      if (!(await run(claim, lockKey, owner, milliseconds(ttl)))) return undefined
      return {
        renew: (nextTtl) => run(keepIfOwner, lockKey, owner, milliseconds(nextTtl)),
        release: async () => {
          await run(deleteIfOwner, lockKey, owner)
        },
      }
    },
    async take(key, ttl) {
      return run(claim, `${prefix}claim:${key}`, '', milliseconds(ttl))
    },
  }
}

function milliseconds(seconds: number): string {
  return String(Math.ceil(seconds * 1000))
}

function parse(value: string | null): StoredRecord | undefined {
  if (value === null) return undefined
  const colon = value.indexOf(':')
  return { version: Number(value.slice(0, colon)), record: value.slice(colon + 1) }
}
