import cluster, { type Address, type Worker } from 'node:cluster'
import { randomBytes } from 'node:crypto'
import type { Config } from '../config.js'
import { runningIdentityProviders } from '../identityProviders/runningIdentityProviders.js'
import { announce } from './messages.js'
import { stopOnSignal, stopTimeout } from './stopOnSignal.js'
import { urlsAt } from './urls.js'

/**
 * Starts the workers, and one set of identity providers for all of them. A worker that dies is replaced; one that cannot even start
 * takes the program down, because the next one would not do better.
 */
export async function startWorkers(config: Config): Promise<void> {
  const { entries, origins, register, close } = await runningIdentityProviders(config)
  const shared = { IDENTITY_PROVIDERS: JSON.stringify({ entries, origins }), ...sharedSecret(process.env) }
  let isStopping = false

  const startWorker = (): Promise<number> =>
    new Promise((resolve) => {
      const worker = cluster.fork(shared)
      let isListening = false
      worker.once('listening', ({ port }: Address) => {
        isListening = true
        resolve(port)
      })
      worker.once('exit', () => {
        if (isStopping) return
        if (!isListening) {
          console.error('A worker could not start; what it said is above.')
          process.exit(1)
        }
        console.error(`Worker ${String(worker.process.pid)} ended; another one takes its place.`)
        void startWorker()
      })
    })

  stopOnSignal(async () => {
    isStopping = true
    const exitCodes = await Promise.all(workers().map(stopWorker))
    await close()
    if (exitCodes.some((code) => code !== 0)) throw new Error('A worker did not stop in order.')
  })
  const [port = config.port] = await Promise.all(Array.from({ length: config.workers }, startWorker))
  register(urlsAt(port))
  announce(port, `${String(config.workers)} workers`)
}

/** In development authrouter makes up a secret, and what one worker has sealed the others have to open. In production it has to be set. */
function sharedSecret({ AUTH_SECRET, NODE_ENV }: NodeJS.ProcessEnv): { AUTH_SECRET?: string } {
  return AUTH_SECRET || NODE_ENV === 'production' ? {} : { AUTH_SECRET: randomBytes(32).toString('base64url') }
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/** @returns the exit code; `null` for a worker that had to be killed */
function stopWorker(worker: Worker): Promise<number | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      worker.process.kill('SIGKILL')
    }, stopTimeout)
    worker.once('exit', (code: number | null) => {
      clearTimeout(timer)
      resolve(code)
    })
    // Not `worker.kill`, which would cut the worker off before it has ended its requests.
    worker.process.kill('SIGTERM')
  })
}
