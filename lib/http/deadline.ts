// What a timer can hold; a longer time, Infinity among them, is none.
const maxTime = 2 ** 31 - 1

/** A time limit that can be moved, and the caller's own wish to stop: whichever comes first aborts `signal`. */
export interface Deadline {
  signal: AbortSignal
  /** Whether it was the time that ended it. */
  isOver: () => boolean
  /** Starts the time anew: milliseconds from now. */
  restart: (milliseconds: number) => void
  /** Stops the time; the caller's signal is still heard. */
  pause: () => void
  /** Aborts at once. */
  abort: () => void
  /** Lets go of the timer and of the caller's signal. */
  end: () => void
}

/**
 * Makes a deadline that has no time limit yet.
 *
 * One timer and one listener: `AbortSignal.any` over `AbortSignal.timeout` costs several times as much in each call.
 * @param caller the caller's own signal; its reason becomes the reason of `signal`
 */
export function createDeadline(caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let over = false
  const stop = (): void => {
    controller.abort(caller?.reason)
  }
  const pause = (): void => {
    clearTimeout(timer)
  }
  const expire = (): void => {
    over = !controller.signal.aborted
    controller.abort(new Error('The time is over'))
  }
  if (caller?.aborted) stop()
  else caller?.addEventListener('abort', stop, { once: true })

  return {
    signal: controller.signal,
    isOver: () => over,
    restart(milliseconds) {
      clearTimeout(timer)
      if (milliseconds <= maxTime) timer = setTimeout(expire, milliseconds)
    },
    pause,
    abort: () => {
      controller.abort()
    },
    end() {
      pause()
      caller?.removeEventListener('abort', stop)
    },
  }
}

/** The work's result, or the signal's reason as soon as it aborts: an application's own `fetch` may pass over the signal. */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error)
    }
  })
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
