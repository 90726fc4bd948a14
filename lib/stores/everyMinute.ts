const minute = 60_000

/** Lets a task run at its first call, and after that at most once a minute, however often it is called. */
export function everyMinute(task: () => void, now: () => number = Date.now): () => void {
  let last = -Infinity
  return () => {
    const time = now()
    if (time - last < minute) return
    last = time
    task()
  }
}
