import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from '@jest/globals'
import { sqliteUserStore } from '../../../../lib/stores/index.js'
import { userStoreContract } from '../../../../testing/index.js'

const folder = mkdtempSync(join(tmpdir(), 'authrouter-sqlite-users-'))
const file = join(folder, 'users.db')
const store = sqliteUserStore(file)
const other = sqliteUserStore(file)

afterAll(() => {
  store.close()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('sqliteUserStore keeps the contract:', () => {
  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})
