import { describe, expect, test } from '@jest/globals'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { postgresTokenStore, postgresUserStore, redisTokenStore } from '../../../lib/stores/index.js'

const refusal = (message: string): object => expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(message) })

/** What a call throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

describe('redisTokenStore', () => {
  const make = redisTokenStore as (client: unknown) => unknown

  test.each([
    [undefined, 'has no get()'],
    [{}, 'has no get()'],
    ['redis://localhost', 'has no get()'],
    [{ get: () => null, del: () => 0 }, 'has no eval()'],
    [Promise.resolve(createClient()), 'is a promise: await it'],
    [{ get: () => null, del: () => 0, eval: () => 0, defineCommand: () => undefined }, 'the package ioredis'],
  ])('refuses %p, and says what to give', (client, message) => {
    const error = thrownBy(() => make(client))
    expect(error).toEqual(refusal(message))
    expect(error).toEqual(refusal('redisTokenStore takes a client of the package redis: await createClient({ url }).connect().'))
  })

  test('takes a client that is not connected yet', () => {
    expect(redisTokenStore(createClient())).toHaveProperty('get')
  })
})

describe.each([
  ['postgresTokenStore', postgresTokenStore as (pool: unknown) => unknown],
  ['postgresUserStore', postgresUserStore as (pool: unknown) => unknown],
])('%s', (name, make) => {
  test.each([[undefined], [null], [{}], ['postgres://localhost/app']])('refuses %p, and says what to give', (pool) => {
    expect(thrownBy(() => make(pool))).toEqual(refusal(`${name} takes a pool of the package pg: new pg.Pool({ connectionString }).`))
  })

  test('takes a pool that has no connection yet', () => {
    expect(make(new Pool())).toHaveProperty(name === 'postgresTokenStore' ? 'lock' : 'findByKey')
  })
})
