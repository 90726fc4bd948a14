import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import knex, { type Knex } from 'knex'
import { userStoreContract } from '../../../../testing/index.js'
import { describeWith } from '../../../support/parts.js'
import { startPostgres, type PostgresServer } from '../../../support/postgres.js'
import { knexUserStore } from './knexUserStore.js'

/** The store of docs/user-stores.md, over a query builder. */

let server: PostgresServer
let database: Knex
let otherDatabase: Knex

describeWith('postgresql', 'a store over Knex keeps the contract:', () => {
  beforeAll(async () => {
    server = await startPostgres()
    const connect = (): Knex => knex({ client: 'pg', connection: server.connectionString, pool: { min: 0, max: 5 } })
    database = connect()
    otherDatabase = connect()
    await database.raw(blockOfDocs('sql', 'CREATE TABLE members'))
  })

  afterAll(async () => {
    await database.destroy()
    await otherDatabase.destroy()
    await server.stop()
  })

  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(knexUserStore(database), knexUserStore(otherDatabase))
  })
})

test('docs/user-stores.md shows the store that is tested', () => {
  const tested = readFileSync(new URL('knexUserStore.ts', import.meta.url), 'utf8')
  const start = 'export interface Member'
  expect(blockOfDocs('ts', start)).toContain(tested.slice(tested.indexOf(start)))
})

function blockOfDocs(language: string, text: string): string {
  const docs = readFileSync(new URL('../../../../docs/user-stores.md', import.meta.url), 'utf8')
  const blocks = [...docs.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
  return blocks.find(([, found, block]) => found === language && block?.includes(text))?.[2] ?? `no block of ${language} with ${text}`
}
