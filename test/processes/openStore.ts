import { postgresTokenStore, redisTokenStore, sqliteTokenStore } from '../../lib/stores/index.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'

/** Where the processes of a test keep tokens: text and numbers only, so that a process can be told. */
export type StorePlace =
  { engine: 'redis'; url: string } | { engine: 'postgres'; connectionString: string } | { engine: 'sqlite'; file: string }

export interface OpenStore {
  store: TokenStore
  close: () => Promise<void>
}

/** Connects to a store as an application would. A driver is loaded where it is used: a process that is to be killed starts sooner. */
export async function openStore(place: StorePlace): Promise<OpenStore> {
  if (place.engine === 'redis') {
    const { createClient } = await import('redis')
    const client = createClient({ url: place.url })
    // A server that goes away at the end of a test is no failure of the test.
    client.on('error', () => undefined)
    await client.connect()
    return {
      store: redisTokenStore(client),
      close: async () => {
        client.destroy()
      },
    }
  }
  if (place.engine === 'postgres') {
    const {
      default: { Pool },
    } = await import('pg')
    const pool = new Pool({ connectionString: place.connectionString, max: 4 })
    pool.on('error', () => undefined)
    return { store: postgresTokenStore(pool), close: () => pool.end() }
  }
  const store = sqliteTokenStore(place.file)
  return {
    store,
    close: async () => {
      store.close()
    },
  }
}
