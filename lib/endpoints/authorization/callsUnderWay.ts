import { AuthError } from '../../base/errors.js'

/** Calls to one origin that are under way at once. */
const maxCalls = 50
/** Calls that wait for their turn, and milliseconds that one waits. */
const maxWaiting = 200
const maxWait = 2_000

interface Queue {
  underWay: number
  waiting: Set<() => void>
}

// By origin; one that nobody calls is not in it.
const queues = new Map<string, Queue>()

/**
 * Makes a call when few enough to the same origin are under way in this process. Strangers can start logins: where each start is a call, a
 * flood of them must not become a flood of calls.
 *
 * @param origin whom the call is to
 * @throws AuthError `provider_timeout` when too many wait already, or when the turn does not come in two seconds
 */
export async function inTurn<T>(origin: string, call: () => Promise<T>): Promise<T> {
  const queue = queues.get(origin) ?? { underWay: 0, waiting: new Set() }
  queues.set(origin, queue)
  if (queue.underWay < maxCalls) queue.underWay++
  else await turn(queue)
  try {
    return await call()
  } finally {
    pass(origin, queue)
  }
}

function turn({ waiting }: Queue): Promise<void> {
  if (waiting.size >= maxWaiting) throw tooMany()
  return new Promise((resolve, reject) => {
    const take = (): void => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      waiting.delete(take)
      reject(tooMany())
    }, maxWait)
    waiting.add(take)
  })
}

/** Hands the turn to who waits longest: it stays under way. */
function pass(origin: string, queue: Queue): void {
  const [next] = queue.waiting
  if (next) {
    queue.waiting.delete(next)
    next()
    return
  }
  queue.underWay--
  if (queue.underWay === 0) queues.delete(origin)
}

function tooMany(): AuthError {
  return new AuthError('provider_timeout', 'Too many sign-ins are being started with this provider: try again in a moment.')
}
