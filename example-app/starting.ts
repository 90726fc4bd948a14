import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { loadEnvFile } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Express } from 'express'

/** Adds the variables of the file `.env`, if there is one; what is set already stays. */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) loadEnvFile(file)
}

/** The port of the application: `PORT`, or 3000; 0 for any that is free. */
export function readPort(text = '3000'): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN
  // The identity providers take the three ports after it.
  if (port >= 0 && port <= 65_532) return port
  throw Object.assign(new Error('PORT must be a number from 0 to 65532.'), { code: 'PORT_INVALID' })
}

/** An application that is listening. */
export interface Listening {
  port: number
  close: () => void
}

/** Listens on this machine only: people who sign in without a password are nothing for a network. */
export async function listen(app: Express, port: number): Promise<Listening> {
  const server = app.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A server that listens at a port has an address of this shape.
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Ends the process at Ctrl+C or when it is told to stop, without waiting for browsers that keep connections open. */
export function stopOnSignal(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close().finally(() => process.exit(0)))
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
      return `Port ${String(port)} is taken. Set PORT to another one, such as PORT=4000: the example uses it and the three ports after it.`
    case 'EACCES':
      return port === undefined ? undefined : `Port ${String(port)} may not be used here. Set PORT to another one, such as PORT=4000.`
    case 'PORT_INVALID':
    case 'config_invalid':
      return message
    default:
      return undefined
  }
}
