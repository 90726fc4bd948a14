import { expect, jest, test } from '@jest/globals'
import { everyMinute } from '../../../lib/stores/everyMinute.js'

test('a task runs at its first call, and again when a minute is over', () => {
  let time = 0
  const task = jest.fn()
  const call = everyMinute(task, () => time)
  for (const [now, runs] of [
    [0, 1],
    [1, 1],
    [59_999, 1],
    [60_000, 2],
    [60_001, 2],
    [300_000, 3],
  ] as const) {
    time = now
    call()
    expect(task).toHaveBeenCalledTimes(runs)
  }
})
