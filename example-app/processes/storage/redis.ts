import { redisTokenStore } from 'authrouter/stores'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import type { SessionStorage } from './storage.js'

/**
 * Keeps sessions and tokens in one Redis.
 * @throws the client's error when it cannot be reached at the start; later on it connects again by itself
 */
export async function openRedis(url: string): Promise<SessionStorage> {
  let isReady = false
  const client = createClient({
    url,
    // Before the first connection a wrong address is more likely than a server that is about to come back.
    socket: { reconnectStrategy: (attempts) => isReady && Math.min(attempts * 100, 2000) },
    // A request should hear soon that the server is away, and not wait until it is back.
    disableOfflineQueue: true,
  })
  client.on('error', (error: Error) => {
    if (isReady) console.error(`Redis: ${error.message}`)
  })
  await client.connect()
  isReady = true

  return {
    sessions: {
      session: { store: new RedisStore({ client, prefix: 'example:session:' }) },
      tokenStore: redisTokenStore(client, { prefix: 'example:' }),
    },
    name: 'sessions and tokens in Redis',
    async close() {
      await client.close()
    },
  }
}
