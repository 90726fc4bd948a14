import { sqliteTokenStore } from '../../../../lib/stores/index.js'
import { obeyOrders } from '../../../support/obeyOrders.js'

/** Another process on the same file: does what its parent says, and answers with what came of it. */

export interface SqliteOrder {
  write?: { key: string; record: string; version: number }
  lock?: { key: string; ttl: number }
  /** Adds to a counter as a careful writer does: read, compare-and-set, again when somebody was faster. */
  count?: { key: string; times: number }
}

const store = sqliteTokenStore(process.argv[2] ?? '')

async function obey({ write, lock, count }: SqliteOrder): Promise<unknown> {
  if (write) return store.set(write.key, write.record, { version: write.version, ttl: 60 })
  if (lock) return (await store.lock?.(lock.key, lock.ttl)) !== undefined
  if (count) for (let n = 0; n < count.times; n++) while (!(await addOne(count.key)));
  return 'done'
}

async function addOne(key: string): Promise<boolean> {
  const held = await store.get(key)
  return store.set(key, String(Number(held?.record ?? 0) + 1), { version: held?.version ?? 0, ttl: 60 })
}

obeyOrders(obey)
