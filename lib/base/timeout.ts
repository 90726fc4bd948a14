import { setTimeout as pause } from 'node:timers/promises'

/**
 * Lets so many milliseconds pass.
 * @throws the signal's reason when it aborts first
 */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await pause(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/**
 * Waits for work, but not for ever.
 * @param milliseconds that it may take
 * @param late makes what is thrown when it takes longer; the work itself goes on unheard
 */
export async function withTimeout<T>(milliseconds: number, work: PromiseLike<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(late())
    }, milliseconds)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
