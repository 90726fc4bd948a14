/** Milliseconds after which whatever stops is not waited for any longer. */
export const stopTimeout = 9_500

/**
 * Ends the process in order at Ctrl+C or when it is told to stop: exit code 0 when everything could end, 1 when not.
 * @param stop ends what the process does, and lets go of what it holds
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false
  const stopOnce = (): void => {
    // A terminal, npm and a process that starts workers may each pass the signal on.
    if (isStopping) return
    isStopping = true
    setTimeout(() => {
      console.error('Something did not end in time.')
      process.exit(1)
    }, stopTimeout)
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopOnce)
}
