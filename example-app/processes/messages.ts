/** Tells the person at the keyboard where to go. */
export function announce(port: number, extent?: string): void {
  const hint = extent === undefined ? 'Ctrl+C stops it' : `${extent}; Ctrl+C stops it`
  console.log(`The example application is ready: http://localhost:${String(port)} (${hint})`)
}

/** Says in plain words why the application cannot start, where that is for the person at the keyboard to mend. */
export function explainProblems(): void {
  process.once('uncaughtException', (error: StartError) => {
    console.error(explanation(error) ?? error)
    process.exit(1)
  })
}

type StartError = Error & { code?: string; port?: number }

function explanation({ code, port, message }: StartError): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is taken. Set PORT to another one, such as PORT=4000: the example uses it and the four ports after it.`
    case 'EACCES':
      return port === undefined ? undefined : `Port ${String(port)} may not be used here. Set PORT to another one, such as PORT=4000.`
    case 'ECONNREFUSED':
      // An address with several numbers fails with several errors, and the port is in each of them.
      return `Nothing answers${port === undefined ? '' : ` at port ${String(port)}`}. Is the server of REDIS_URL or DATABASE_URL running?`
    case 'SETTING_INVALID':
    case 'config_invalid':
      return message
    default:
      return undefined
  }
}
