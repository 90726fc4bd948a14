import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The example application in a process of its own, from the sources and not from a build, which other tests may be making. */
export interface ExampleServer {
  url: string
  /** Asks it to stop, and waits. */
  stop: () => Promise<Ended>
  /** Whether it has ended. */
  hasEnded: () => boolean
  /** What it printed so far. */
  output: () => string
}

/** How a process ended. */
export interface Ended {
  code: number | null
}

const patience = 300_000

const folders: string[] = []
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An SQLite file for as long as the tests run. */
export function temporaryDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-example-'))
  folders.push(folder)
  return join(folder, 'app.db')
}

/** Starts it on a free port, and waits for the line that names the address. */
export async function startExampleServer(settings: Record<string, string>): Promise<ExampleServer> {
  const { child, read } = run(settings)
  const url = await readUrl(child, read)
  return {
    url,
    stop: () => stop(child),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    output: read,
  }
}

/** Runs it with settings with which it cannot start. */
export async function failToStart(settings: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const { child, read } = run(settings)
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  await once(child, 'close')
  clearTimeout(timer)
  return { code: child.exitCode, output: read() }
}

function run(settings: Record<string, string>): { child: ChildProcess; read: () => string } {
  const { NODE_OPTIONS: _options, NODE_ENV: _environment, ...env } = process.env
  const nothing = {
    REDIS_URL: '',
    DATABASE_URL: '',
    WORKERS: '',
    IDENTITY_PROVIDERS: '',
    AUTH_BASE_URL: '',
    AUTH_SECRET: '',
    ACCESS_TOKEN_LIFETIME: '',
  }
  const child = spawn(process.execPath, ['--import', 'tsx', 'example-app/app.ts'], {
    cwd: root,
    env: { ...env, ...nothing, PORT: '0', DATABASE_FILE: temporaryDatabase(), TSX_TSCONFIG_PATH: 'test/cluster/sources.json', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killWithTests = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', killWithTests)
  child.once('exit', () => process.off('exit', killWithTests))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString()
    })
  return { child, read: () => output }
}

function readUrl(child: ChildProcess, read: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The example application did not start in time:\n${read()}`))
    }, patience)
    child.stdout?.on('data', () => {
      const port = /is ready: http:\/\/localhost:(\d+)/.exec(read())?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      // Where it listens; `localhost` may be another address first.
      resolve(`http://127.0.0.1:${port}`)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      reject(new Error(`The example application ended with ${String(code)}:\n${read()}`))
    })
  })
}

async function stop(child: ChildProcess): Promise<Ended> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  return { code: child.exitCode }
}
