import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The example application as its README says it is started. */
export interface ExampleProcess {
  url: string
  /** The SQLite file that it keeps users and tokens in. */
  databaseFile: string
  stop: () => Promise<void>
}

/** Runs `npm start` on free ports and waits for the line that names the address. */
export async function startExample(): Promise<ExampleProcess> {
  const { NODE_OPTIONS: _options, NODE_ENV: _environment, ...env } = process.env
  const folder = await mkdtemp(join(tmpdir(), 'authrouter-example-'))
  const databaseFile = join(folder, 'data', 'app.db')
  // A process group of its own, so that npm's children end with it.
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...env, PORT: '0', DATABASE_FILE: databaseFile, AUTH_SECRET: 'a secret of the browser tests that is long enough' },
    detached: true,
  })
  return {
    url: await readUrl(child),
    databaseFile,
    async stop() {
      await stop(child)
      await rm(folder, { recursive: true })
    },
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const url = /is ready: (http:\/\/localhost:\d+)/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => {
      reject(new Error(`npm start ended with ${String(code)}:\n${output}`))
    })
    child.once('error', reject)
  })
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) {
      resolve()
      return
    }
    child.once('exit', () => {
      resolve()
    })
    process.kill(-child.pid, 'SIGTERM')
  })
}
