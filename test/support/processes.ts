import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Outcomes, Report, Task, WorkerSettings } from '../processes/worker.js'

export type { Outcomes, WorkerSettings } from '../processes/worker.js'

/** A process of its own that runs the application and makes API calls when told. */
export interface Process {
  /**
   * Makes so many API calls at once.
   * @param sealed credentials of the account
   * @throws Error when the process ends before it has answered
   */
  call: (sealed: string, calls: number) => Promise<Outcomes>
  /** Ends it at once, as `kill -9` does; resolves when it is gone. */
  kill: () => Promise<void>
  /** Lets it end. */
  stop: () => Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
let built: Promise<string> | undefined

/** Starts so many processes, and waits until all are ready. */
export async function startProcesses(count: number, settings: WorkerSettings): Promise<Process[]> {
  return Promise.all(Array.from({ length: count }, () => startProcess(settings)))
}

/** Starts a process, and waits until it is ready. */
export async function startProcess(settings: WorkerSettings): Promise<Process> {
  built ??= buildWorker()
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, NODE_ENV: _environment, ...env } = process.env
  const child = fork(await built, [JSON.stringify(settings)], { cwd: root, env, execArgv: [], serialization: 'json' })
  const waiting = new Map<number, { resolve: (outcomes: Outcomes) => void; reject: (error: Error) => void }>()
  const gone = once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error('The process has ended'))
    waiting.clear()
  })
  let tasks = 0
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: Report | 'ready') => {
      if (message === 'ready') {
        resolve()
        return
      }
      waiting.get(message.id)?.resolve(message.outcomes)
      waiting.delete(message.id)
    })
    child.once('exit', (code) => { reject(new Error(`The process ended with ${String(code)} before it was ready`)) })
  })

  return {
    call: (sealed, calls) => new Promise((resolve, reject) => {
      const task: Task = { id: tasks++, sealed, calls }
      waiting.set(task.id, { resolve, reject })
      // A process that was killed meanwhile is heard of by its exit.
      child.send(task, () => undefined)
    }),
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

/** Bundles the worker with esbuild: the sources as they are, packages from where they are installed. */
async function buildWorker(): Promise<string> {
  const file = `${root}node_modules/.cache/authrouter-tests/worker.mjs`
  const unfinished = `${file}.${String(process.pid)}`
  // The bundler's own process: in a test's realm its library does not recognise its own bytes.
  await promisify(execFile)(`${root}node_modules/.bin/esbuild`, [`${root}test/processes/worker.ts`, '--bundle', '--packages=external', '--platform=node', '--format=esm',
    '--log-level=error', `--outfile=${unfinished}`])
  // Two test files may do this at once.
  renameSync(unfinished, file)
  return file
}
