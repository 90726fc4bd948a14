import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { crowd, long, newKey, numbers, pick, short, until, type TokenStoreCase } from './tokenStoreCase.js'

/** What a token store must do with records. */
export const recordCases: readonly TokenStoreCase[] = [
  {
    name: 'a key that was never written has no record',
    run: async (store) => {
      assert.equal(await store.get(newKey()), undefined)
    },
  },
  {
    name: 'a record comes back as it was written, with version 1',
    run: async (store) => {
      const key = newKey()
      assert.equal(await store.set(key, 'sealed-record_1', { ttl: long }), true)
      assert.deepEqual(await store.get(key), { record: 'sealed-record_1', version: 1 })
    },
  },
  {
    name: 'every write counts the version up by one',
    run: async (store) => {
      const key = newKey()
      for (const version of [0, 1, 2]) assert.equal(await store.set(key, `record ${version}`, { version, ttl: long }), true)
      assert.equal(await store.set(key, 'record 3', { ttl: long }), true)
      assert.deepEqual(await store.get(key), { record: 'record 3', version: 4 })
    },
  },
  {
    name: 'a write with a version that is not the held one does nothing',
    run: async (store) => {
      const key = newKey()
      assert.equal(await store.set(key, 'too early', { version: 1, ttl: long }), false)
      assert.equal(await store.get(key), undefined)
      await store.set(key, 'first', { version: 0, ttl: long })
      await store.set(key, 'second', { version: 1, ttl: long })
      for (const version of [0, 1, 3]) assert.equal(await store.set(key, 'wrong', { version, ttl: long }), false)
      assert.deepEqual(await store.get(key), { record: 'second', version: 2 })
    },
  },
  {
    name: `of ${crowd} writers that read the same version one wins`,
    run: async (store, other) => {
      const key = newKey()
      for (const version of [0, 1, 2]) {
        const won = await Promise.all(numbers(crowd).map((n) => pick(n, store, other).set(key, `writer ${n}`, { version, ttl: long })))
        assert.equal(won.filter(Boolean).length, 1)
        assert.deepEqual(await store.get(key), { record: `writer ${won.indexOf(true)}`, version: version + 1 })
      }
    },
  },
  {
    name: `of ${crowd} writers that name no version all are counted`,
    run: async (store, other) => {
      const key = newKey()
      const written = await Promise.all(numbers(crowd).map((n) => pick(n, store, other).set(key, `writer ${n}`, { ttl: long })))
      assert.deepEqual(
        written,
        numbers(crowd).map(() => true),
      )
      assert.equal((await store.get(key))?.version, crowd)
    },
  },
  {
    name: 'a record is gone after its time, and counts as nothing for the next write',
    run: async (store) => {
      const [key, again] = [newKey(), newKey()]
      await store.set(key, 'short-lived', { ttl: short })
      await store.set(again, 'short-lived', { ttl: short })
      await until(async () => (await store.get(key)) === undefined && (await store.get(again)) === undefined)
      assert.equal(await store.set(key, 'late', { version: 1, ttl: long }), false)
      assert.equal(await store.set(key, 'new', { version: 0, ttl: long }), true)
      assert.equal(await store.set(again, 'new', { ttl: long }), true)
      for (const one of [key, again]) assert.deepEqual(await store.get(one), { record: 'new', version: 1 })
    },
  },
  {
    name: 'a write sets the time anew',
    run: async (store) => {
      const [key, reference] = [newKey(), newKey()]
      await store.set(key, 'short', { ttl: short })
      assert.equal(await store.set(key, 'long', { ttl: long }), true)
      await store.set(reference, 'short', { ttl: short })
      await until(async () => (await store.get(reference)) === undefined)
      assert.equal((await store.get(key))?.record, 'long')
    },
  },
  {
    name: 'a record without a time stays when others go, is written over, and is deleted',
    run: async (store) => {
      const [key, late, reference] = [newKey(), newKey(), newKey()]
      assert.equal(await store.set(key, 'first', {}), true)
      assert.equal(await store.set(late, 'short', { ttl: short }), true)
      assert.equal(await store.set(late, 'stays', { version: 1 }), true)
      await store.set(reference, 'short', { ttl: short })
      await until(async () => (await store.get(reference)) === undefined)
      assert.equal((await store.get(late))?.record, 'stays')
      assert.equal(await store.set(key, 'second', { version: 1 }), true)
      assert.equal(await store.set(key, 'wrong', { version: 0 }), false)
      assert.deepEqual(await store.get(key), { record: 'second', version: 2 })
      await store.delete(key)
      assert.equal(await store.get(key), undefined)
    },
  },
  {
    name: 'a deleted record is gone, and deleting nothing is no error',
    run: async (store) => {
      const key = newKey()
      await store.set(key, 'record', { ttl: long })
      await store.delete(key)
      assert.equal(await store.get(key), undefined)
      await store.delete(key)
      assert.equal(await store.set(key, 'stale', { version: 1, ttl: long }), false)
      assert.equal(await store.set(key, 'new', { version: 0, ttl: long }), true)
    },
  },
  {
    name: 'what one connection writes and deletes, the other sees at once',
    run: async (store, other) => {
      const key = newKey()
      assert.equal(await other.get(key), undefined)
      for (const version of numbers(4)) {
        const [writer, reader] = [pick(version, store, other), pick(version, other, store)]
        assert.equal(await writer.set(key, `record ${version}`, { version, ttl: long }), true)
        assert.deepEqual(await reader.get(key), { record: `record ${version}`, version: version + 1 })
      }
      await other.delete(key)
      assert.equal(await store.get(key), undefined)
    },
  },
  {
    name: 'keys with characters that mean something elsewhere are only keys',
    run: async (store) => {
      const base = newKey()
      const odd = [
        "'",
        '"',
        '`',
        ':',
        '%',
        '%s',
        '_',
        '*',
        '?',
        '[a]',
        '{a}',
        '{b}',
        '\\',
        ' ',
        '\n',
        '$1',
        ';--',
        '/../',
        'é',
        'e\u0301',
        '日本',
        '🔑',
        'A',
        'a',
      ]
      for (const part of odd) assert.equal(await store.set(`${base}${part}`, `record of ${part}`, { version: 0, ttl: long }), true)
      for (const part of odd) assert.deepEqual(await store.get(`${base}${part}`), { record: `record of ${part}`, version: 1 })
      await store.delete(`${base}*`)
      await store.delete(`${base}%`)
      assert.equal((await store.get(`${base}_`))?.version, 1)
    },
  },
  {
    name: 'a record of 64 KiB comes back whole',
    run: async (store) => {
      const key = newKey()
      const record = randomBytes(48 * 1024).toString('base64url')
      assert.equal(record.length, 64 * 1024)
      assert.equal(await store.set(key, record, { version: 0, ttl: long }), true)
      assert.deepEqual(await store.get(key), { record, version: 1 })
    },
  },
  {
    name: '500 keys at once do not meet',
    run: async (store, other) => {
      const base = newKey()
      await Promise.all(numbers(500).map((n) => pick(n, store, other).set(`${base}${n}`, `record ${n}`, { version: 0, ttl: long })))
      const records = await Promise.all(numbers(500).map(async (n) => (await pick(n, other, store).get(`${base}${n}`))?.record))
      assert.deepEqual(
        records,
        numbers(500).map((n) => `record ${n}`),
      )
    },
  },
]
