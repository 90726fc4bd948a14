import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { sqliteTokenStore, sqliteUserStore } from 'authrouter/stores'
import Database from 'libsql'
import { membersIn } from './members.js'
import type { Storage } from './storage.js'

/**
 * Keeps users and tokens in one SQLite file, which is made at the first start, and sessions in encrypted cookies. For the processes of one
 * machine.
 */
export function openSqlite(file: string): Storage {
  mkdirSync(dirname(file), { recursive: true })
  const userStore = sqliteUserStore(file)
  const tokenStore = sqliteTokenStore(file)
  const database = new Database(file)

  return {
    sessions: { tokenStore },
    userStore,
    members: membersIn(async (text, values) => database.prepare(text.replaceAll('$', '?')).all(...values) as Record<string, unknown>[]),
    name: 'users and tokens in SQLite, sessions in encrypted cookies',
    async close() {
      userStore.close()
      tokenStore.close()
      database.close()
    },
  }
}
