import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './redis.js'

/** A Postgres server of its own, in a folder that goes with it. */
export interface PostgresServer {
  connectionString: string
  port: number
  /** Folder of the server's Unix socket. */
  socketFolder: string
  /** Ends the server at once, as a crash does, and keeps its data. */
  crash: () => Promise<void>
  /** Starts a server that has crashed again, on the same port. */
  recover: () => Promise<void>
  /** Ends the server and removes its data. */
  stop: () => Promise<void>
}

const patience = 60_000

// A test's data need not survive a power cut.
const settings = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '16MB',
  max_wal_senders: '0',
  wal_level: 'minimal',
}

/** Whether this machine has it. */
export function hasPostgres(): boolean {
  return findBinaries() !== undefined && findAccount() !== undefined
}

/**
 * Makes a database cluster with Debian's `initdb` in a temporary folder, starts it on a free loopback port, and waits until it accepts
 * connections.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = findBinaries()
  const account = findAccount()
  if (binaries === undefined || account === undefined) throw new Error('Postgres is not installed: apt-get install postgresql')
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-postgres-'))
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const port = await freePort()
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const values = Object.entries({ ...settings, port, unix_socket_directories: folder }).flatMap(([name, value]) => [
      '-c',
      `${name}=${String(value)}`,
    ])
    server = spawn(join(binaries, 'postgres'), ['-D', data, ...values], { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    await untilReady(server, port)
  }
  const crash = async (): Promise<void> => {
    if (server?.exitCode !== null) return
    // "Immediate shutdown": the server ends its children and leaves, and recovers at the next start.
    server.kill('SIGQUIT')
    await once(server, 'exit')
  }
  const leaveNothing = (): void => {
    server?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }

  process.once('exit', leaveNothing)
  await promisify(execFile)(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder },
  )
  await start()

  return {
    connectionString: `postgresql://postgres@127.0.0.1:${String(port)}/postgres`,
    port,
    socketFolder: folder,
    crash,
    recover: start,
    stop: async () => {
      process.off('exit', leaveNothing)
      await crash()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root)
    ? readdirSync(root)
        .filter((name) => /^\d+$/.test(name))
        .sort((a, b) => Number(b) - Number(a))
    : []
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')))
}

/** Postgres refuses to run as root, so root hands the folder over to the account that Debian's package makes. */
function findAccount(): Pick<SpawnOptions, 'uid' | 'gid'> | undefined {
  if (process.getuid?.() !== 0) return {}
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

async function untilReady(server: ChildProcess, port: number): Promise<void> {
  let output = ''
  server.stderr?.on('data', (data: Buffer) => {
    output += data.toString()
  })
  const end = Date.now() + patience
  while (!output.includes('ready to accept connections') || !(await accepts(port))) {
    if (server.exitCode !== null || Date.now() > end) throw new Error(`Postgres did not start: ${output}`)
    await sleep(10)
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
