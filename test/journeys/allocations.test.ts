import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AllocationOrder } from '../support/allocatingProgram.js'
import { startChild, type ChildProcess } from '../support/childProcess.js'

// What authrouter adds to the bytes that a request allocates: counts, and so the same on a slow machine.

let program: ChildProcess<AllocationOrder, undefined>

beforeAll(async () => {
  program = await startChild('test/support/allocatingProgram.ts', {
    execArgv: ['--expose-gc', '--max-semi-space-size=1024', '--min-semi-space-size=1024'],
  })
})

afterAll(async () => {
  await program.stop()
})

test.each<[string, AllocationOrder, AllocationOrder, number]>([
  ['a request of nobody', { work: 'anonymous', application: 'cookie' }, { work: 'anonymous', application: 'bare' }, 3],
  ['a request of somebody, encrypted cookie', { work: 'signedIn', application: 'cookie' }, { work: 'anonymous', application: 'bare' }, 9],
  [
    'a request of somebody, express-session',
    { work: 'signedIn', application: 'session' },
    { work: 'signedIn', application: 'expressSession' },
    20,
  ],
  ['the start of a login, encrypted cookie', { work: 'start', application: 'cookie' }, { work: 'anonymous', application: 'bare' }, 52],
])('%s', async (_name, order, baseline, kilobytes) => {
  const added = Number(await program.tell(order)) - Number(await program.tell(baseline))
  expect(added).toBeGreaterThan(0)
  expect(added / 1024).toBeLessThanOrEqual(kilobytes)
})
