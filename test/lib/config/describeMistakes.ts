import { describe, expect, test } from '@jest/globals'
import { refusal } from './fixtures.js'

/** A configuration that must be refused, and the whole message. */
export type Mistake = [mistake: string, attempt: () => unknown, message: string]

export function describeMistakes(part: string, mistakes: Mistake[]): void {
  describe(`A mistake in ${part} is refused with a message that names the option:`, () => {
    test.each(mistakes)('%s', (_mistake, attempt, message) => {
      const error = refusal(attempt)
      expect(error.message).toBe(message)
      expect(error.code).toBe('config_invalid')
      expect(error.status).toBe(500)
    })
  })
}
