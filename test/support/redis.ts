import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Redis server of its own, that keeps nothing on disk. */
export interface RedisServer {
  url: string
  port: number
  /** Stops answering, with all connections open, as a server does that hangs. */
  pause: () => void
  resume: () => void
  /** Removes every key. */
  flush: () => Promise<void>
  /** Ends the server. A new one can be started on the same port. */
  stop: () => Promise<void>
}

const patience = 60_000

/** Whether this machine has it. */
export function hasRedis(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')))
}

/**
 * Starts Debian's `redis-server` on a free loopback port, and waits until it answers.
 * @param wantedPort to start again where one was stopped
 */
export async function startRedis(wantedPort?: number): Promise<RedisServer> {
  const port = wantedPort ?? (await freePort())
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', loglevel: 'warning', dir: tmpdir() }
  const child = spawn(
    'redis-server',
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const output = collect(child)
  const killWithTests = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', killWithTests)

  await until(async () => (await command(port, 'PING')) === '+PONG', child, output)

  return {
    url: `redis://127.0.0.1:${String(port)}`,
    port,
    pause: () => {
      child.kill('SIGSTOP')
    },
    resume: () => {
      child.kill('SIGCONT')
    },
    flush: async () => {
      await command(port, 'FLUSHALL')
    },
    stop: async () => {
      process.off('exit', killWithTests)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** A port of the loopback interface that nothing listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: '' }
  child.stdout?.on('data', (data: Buffer) => {
    output.text += data.toString()
  })
  child.stderr?.on('data', (data: Buffer) => {
    output.text += data.toString()
  })
  child.once('error', (error: NodeJS.ErrnoException) => {
    output.text += error.code === 'ENOENT' ? 'redis-server is not installed: apt-get install redis-server' : error.message
  })
  return output
}

async function until(answers: () => Promise<boolean>, child: ChildProcess, output: { text: string }): Promise<void> {
  const end = Date.now() + patience
  while (!(await answers().catch(() => false))) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`Redis did not start: ${output.text}`)
    if (Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`Redis did not answer: ${output.text}`)
    }
    await sleep(10)
  }
}

/** One command in Redis' inline form, and the line that it is answered with. */
async function command(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.end(`${text}\r\n`)
    let answer = ''
    for await (const data of socket) answer += String(data)
    return answer.trim()
  } finally {
    socket.destroy()
  }
}
