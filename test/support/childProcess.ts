import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { FromChild, Obeyed } from './obeyOrders.js'

/** A program of the tests in a process of its own, which does what it is told. */
export interface ChildProcess<Order, Ready> {
  /** What the program said when it was ready. */
  ready: Ready
  /** @throws Error what the program says went wrong, or that it has ended */
  tell: (order: Order) => Promise<unknown>
  /** What it has printed since this was last asked. */
  printed: () => string
  isAlive: () => boolean
  /** Ends it at once, as `kill -9` does; resolves when it is gone. */
  kill: () => Promise<void>
  /** Lets it end; resolves when it is gone. */
  stop: () => Promise<void>
}

export interface ChildOptions {
  args?: string[]
  env?: Record<string, string>
  execArgv?: string[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const bundles = new Map<string, Promise<string>>()

/**
 * Starts a program, and waits until it is ready.
 * @param program a TypeScript file that calls `obeyOrders`; its path from the project's root
 */
export async function startChild<Order, Ready = undefined>(
  program: string,
  { args = [], env = {}, execArgv = [] }: ChildOptions = {},
): Promise<ChildProcess<Order, Ready>> {
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_ENV: _environment, DEBUG: _debug, ...rest } = process.env
  const child = fork(await bundleOf(program), args, { cwd: root, env: { ...rest, ...env }, execArgv, serialization: 'json', silent: true })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let output = ''
  let orders = 0
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  for (const stream of streams)
    stream.on('data', (data: Buffer) => {
      output += data.toString()
    })
  // After a `disconnect` of ours Node tells of no `close` of the process: all its output is there when the streams are closed.
  const gone = Promise.all([once(child, 'exit'), ...streams.map((stream) => once(stream, 'close'))]).then(([[code]]) => {
    for (const { reject } of waiting.values()) reject(new Error(`The process has ended with ${String(code)}: ${output}`))
    waiting.clear()
  })

  function settle({ id, value, error }: Obeyed): void {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(error))
  }

  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      if ('id' in message) settle(message)
      else resolve(message.ready as Ready)
    })
    void gone.then(() => {
      reject(new Error(`The process ended before it was ready: ${output}`))
    })
  })

  return {
    ready,
    tell: (order) =>
      new Promise((resolve, reject) => {
        const id = orders++
        waiting.set(id, { resolve, reject })
        // A process that was killed meanwhile is heard of by its end.
        child.send({ id, order }, () => undefined)
      }),
    printed: () => {
      const text = output
      output = ''
      return text
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

function bundleOf(program: string): Promise<string> {
  const bundle = bundles.get(program) ?? build(program)
  bundles.set(program, bundle)
  return bundle
}

/** Bundles a program with esbuild: the sources as they are, packages from where they are installed. */
async function build(program: string): Promise<string> {
  const file = `${root}node_modules/.cache/authrouter-tests/${program.replaceAll('/', '-').replace(/\.ts$/, '.mjs')}`
  const unfinished = `${file}.${String(process.pid)}`
  // The bundler's own process: in a test's realm its library does not recognise its own bytes.
  await promisify(execFile)(`${root}node_modules/.bin/esbuild`, [
    `${root}${program}`,
    '--bundle',
    '--packages=external',
    '--platform=node',
    '--format=esm',
    '--log-level=error',
    `--outfile=${unfinished}`,
  ])
  // Two test files may do this at once.
  renameSync(unfinished, file)
  return file
}
