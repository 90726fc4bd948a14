import { isObject } from '../../../lib/base/json.js'

export type StoreDone = (error?: unknown, value?: unknown) => void

/** The answer of a session store that calls back, as express-session and its stores do. */
export function called(start: (done: StoreDone) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      // A file that is not there is no failure of a store of files.
      if (error && !(isObject(error) && error['code'] === 'ENOENT'))
        reject(error instanceof Error ? error : new Error('The session store failed', { cause: error }))
      else resolve(value)
    })
  })
}
