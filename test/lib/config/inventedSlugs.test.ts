import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { titleOf } from '../../../lib/config/entries/title.js'
import type { Registration } from '../../../lib/types.js'
import { catalogue, client, custom, refusal, resolve } from './fixtures.js'

/** A lookup may answer one entry whatever slug a visitor invents. */

const lookedUp = resolve({ providers: () => undefined })

test('One entry under 10,000 invented slugs is one provider, and nothing is kept of the slugs', () => {
  const entry = { ...custom.oidc }
  const { provider } = lookedUp.register('first', entry)
  const before = heap()
  for (let count = 0; count < 10_000; count++) {
    const registration = lookedUp.register(`invented-${String(count)}`, entry)
    if (registration.provider !== provider || registration.slug !== `invented-${String(count)}`) throw new Error('another provider')
  }
  // Ten thousand providers would be some 20 MB.
  expect(heap() - before).toBeLessThan(1_000_000)
})

test('Each slug has its own title where the entry has none, whichever came first', () => {
  const entry = { ...custom.oidc }
  expect([lookedUp.register('one', entry), lookedUp.register('two', entry)].map(titleOf)).toEqual(['One', 'Two'])
  const titled = { ...custom.oidc, title: 'Tenants' }
  expect([lookedUp.register('one', titled), lookedUp.register('two', titled)].map(titleOf)).toEqual(['Tenants', 'Tenants'])
})

test('The same entry under the same slug is frozen, and stays what it is', () => {
  const entry = { ...custom.oidc }
  const [one, two] = [lookedUp.register('one', entry), lookedUp.register('two', entry)]
  expect(two).toEqual({ ...one, slug: 'two' } satisfies Registration)
  expect(Object.isFrozen(two)).toBe(true)
})

test('An entry that is a catalogue entry by its slug is another provider under another slug', () => {
  const entry = { ...client }
  expect(lookedUp.register('acme', entry).provider.title).toBe(catalogue.acme.title)
  expect(lookedUp.register('forge', entry).provider.title).toBe(catalogue.forge.title)
  expect(refusal(() => lookedUp.register('nobody', entry)).message).toContain('is not in the catalogue')
})

test('A slug that cannot be one is refused, known entry or not', () => {
  const entry = { ...custom.oidc }
  lookedUp.register('fine', entry)
  expect(refusal(() => lookedUp.register('callback', entry)).message).toContain('cannot be a slug')
})

test('Entries of a table read the variables of their own slugs, even where two share an object', () => {
  const entry = { protocol: 'oidc', issuer: 'https://id.example' } as const
  const env = { ONE_CLIENT_ID: 'a', ONE_CLIENT_SECRET: 'a', TWO_CLIENT_ID: 'b', TWO_CLIENT_SECRET: 'b' }
  const { registrations } = resolve({ providers: { one: entry, two: entry } }, { env })
  expect([...registrations.values()].map(({ client: { clientId } }) => clientId)).toEqual(['a', 'b'])
})

function heap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
