import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { OpenidProvider } from '../../testing/index.js'
import { freePort } from '../support/redis.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A guide's code blocks in order: `js` of the other package, `ts` of ours. */
export interface Guide {
  before: string[]
  after: string[]
  sql: string[]
}

export function readGuide(name: string): Guide {
  const text = readFileSync(join(root, 'docs/migrate', `${name}.md`), 'utf8')
  const blocks = (language: string): string[] =>
    [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(([, code = '']) => code)
  return { before: blocks('js'), after: blocks('ts'), sql: blocks('sql') }
}

/** The code with each text replaced, which has to be there exactly once. */
export function replaced(code: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (result.split(from).length !== 2) throw new Error(`The guide's code must have this once: ${from}`)
    return result.replace(from, () => to)
  }, code)
}

/** A running application of a guide. */
export interface GuideApp {
  url: string
  stop: () => Promise<void>
}

/**
 * Runs a guide's code as it stands, in a process of its own.
 * @param language `js` as Node runs it; `ts` with the package's sources in place of the installed package
 * @param env from the address of the application
 */
export async function runGuide(code: string, language: 'js' | 'ts', env: (url: string) => Record<string, string>): Promise<GuideApp> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // Below the root, so that packages are found.
  const folder = mkdtempSync(join(root, '.migrate-check-'))
  const file = join(folder, language === 'ts' ? 'app.ts' : 'app.mjs')
  writeFileSync(file, code.replace("from 'authrouter'", "from '../middleware/index.js'"))
  const { NODE_OPTIONS: _options, NODE_ENV: _environment, ...inherited } = process.env
  const child = spawn(process.execPath, [...(language === 'ts' ? ['--import', 'tsx'] : []), file], {
    cwd: root,
    env: { ...inherited, PORT: String(port), ...env(url) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill()
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answers(url, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  let output = ''
  const read = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  for (const end = Date.now() + 120_000; Date.now() < end; await setTimeout(50)) {
    if (child.exitCode !== null) break
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    if (response) return
  }
  throw new Error(`The guide's application does not answer:\n${output}`)
}

/**
 * A stand-in for an API at a provider's own paths: `/userinfo` is the demo provider's, and every other path lists projects. It
 * takes the access token in the query too, as Google does and the demo provider does not.
 */
export async function startApi({ apiBaseUrl, userinfoEndpoint }: OpenidProvider): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://api')
    const authorization = req.headers.authorization ?? `Bearer ${searchParams.get('access_token') ?? ''}`
    const target = pathname === '/userinfo' ? userinfoEndpoint : `${apiBaseUrl}projects`
    void fetch(target, { headers: { authorization } }).then(async (response) => {
      res.writeHead(response.status, { 'content-type': 'application/json' })
      res.end(await response.text())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
