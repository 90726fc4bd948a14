import { afterAll, beforeAll, test } from '@jest/globals'
import pg from 'pg'
import { postgresUserStore, type UserRow, type UserStore } from '../../../../lib/stores/index.js'
import { userStoreContract } from '../../../../testing/index.js'
import { describeWith } from '../../../support/parts.js'
import { startPostgres, type PostgresServer } from '../../../support/postgres.js'

let server: PostgresServer
let pool: pg.Pool
let otherPool: pg.Pool
let store: Required<UserStore<UserRow>>
let other: Required<UserStore<UserRow>>

function connect(more: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: server.connectionString, max: 5, ...more }).on('error', () => undefined)
}

beforeAll(async () => {
  server = await startPostgres()
  pool = connect()
  otherPool = connect()
  store = postgresUserStore(pool)
  other = postgresUserStore(otherPool)
})

afterAll(async () => {
  await pool.end()
  await otherPool.end()
  await server.stop()
})

describeWith('postgresql', 'postgresUserStore keeps the contract:', () => {
  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})
