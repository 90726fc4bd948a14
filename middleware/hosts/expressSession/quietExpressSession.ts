import { createRequire } from 'node:module'
import type { Next, Request, Response } from '../nodeTypes.js'

export type SessionMiddleware = (req: Request, res: Response, next: Next) => void

type Write = (this: { namespace?: string }, ...line: unknown[]) => void

const require = createRequire(import.meta.url)
const namespace = 'express-session'

let quiet: ((options: object) => SessionMiddleware) | undefined

/**
 * express-session, without what it prints under `DEBUG=*`: the ids of sessions and the signed cookies that open them (rule R6). It is
 * CommonJS and only for applications that use it, so it is loaded when it is first asked for.
 */
export function expressSession(): (options: object) => SessionMiddleware {
  if (!quiet) {
    muteDebug(createRequire(require.resolve('express-session'))('debug') as { log: Write })
    quiet = require('express-session') as (options: object) => SessionMiddleware
  }
  return quiet
}

/**
 * Filters what its copy of debug writes. Whether it prints was decided when it was loaded, which the application may have done long ago to
 * make a store; but every version of debug looks up where to write for each line. An application may still set another place: it is filtered too.
 */
function muteDebug(debug: { log: Write }): void {
  let { log: write } = debug
  const filtered: Write = function (...line) {
    if (this.namespace !== namespace) write.apply(this, line)
  }
  Object.defineProperty(debug, 'log', {
    get: () => filtered,
    set: (other: Write) => {
      write = other
    },
    configurable: true,
    enumerable: true,
  })
}
