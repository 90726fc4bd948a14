import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Answered, Order } from './orders.js'

/** A process of its own that runs the application under attack. */
export interface AttackedProcess {
  port: number
  /** @throws Error what the process says went wrong, or that it has ended */
  tell: (order: Order) => Promise<unknown>
  /** What it has printed since this was last asked. */
  printed: () => string
  isAlive: () => boolean
  stop: () => Promise<void>
}

export interface ProcessOptions { env?: Record<string, string>; execArgv?: string[] }

const root = fileURLToPath(new URL('../..', import.meta.url))
let built: Promise<string> | undefined

/** Starts a process, and waits until it listens. */
export async function startAttacked({ env = {}, execArgv = [] }: ProcessOptions = {}): Promise<AttackedProcess> {
  built ??= build()
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_ENV: _environment, DEBUG: _debug, ...rest } = process.env
  const child = fork(await built, { cwd: root, env: { ...rest, ...env }, execArgv, serialization: 'json', silent: true })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let output = ''
  let orders = 0
  child.stdout?.on('data', (data: Buffer) => { output += data.toString() })
  child.stderr?.on('data', (data: Buffer) => { output += data.toString() })
  const gone = once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error('The process has ended'))
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message: Answered | { port: number }) => {
      if ('port' in message) {
        resolve(message.port)
        return
      }
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.error === undefined) asked?.resolve(message.value)
      else asked?.reject(new Error(message.error))
    })
    child.once('exit', () => { reject(new Error(`The process ended before it listened: ${output}`)) })
  })
  return {
    port,
    tell: (order) => new Promise((resolve, reject) => {
      const id = orders++
      waiting.set(id, { resolve, reject })
      child.send({ id, ...order }, () => undefined)
    }),
    printed: () => {
      const text = output
      output = ''
      return text
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

/** Bundles the worker with esbuild: the sources as they are, packages from where they are installed. */
async function build(): Promise<string> {
  const file = `${root}node_modules/.cache/authrouter-tests/attacked.mjs`
  const unfinished = `${file}.${String(process.pid)}`
  // The bundler's own process: in a test's realm its library does not recognise its own bytes.
  await promisify(execFile)(`${root}node_modules/.bin/esbuild`, [`${root}test/attacks/worker.ts`, '--bundle', '--packages=external', '--platform=node', '--format=esm',
    '--log-level=error', `--outfile=${unfinished}`])
  // Two test files may do this at once.
  renameSync(unfinished, file)
  return file
}
