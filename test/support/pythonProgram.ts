import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A Python program that reads lines of JSON and answers each with a line. */
export interface PythonProgram {
  /** What it said at first: most programs, the port at which they listen. */
  firstLine: string
  /** Sends a line and gives its answer. */
  ask: <T = unknown>(order: unknown) => Promise<T>
  /** Ends its input, and with it the program. */
  close: () => Promise<void>
}

/**
 * Starts a program with Debian's Python, because Debian's packages are that one's.
 * @param settings its first line of input
 */
export async function startPython(program: URL, settings: unknown): Promise<PythonProgram> {
  const child = spawn('/usr/bin/python3', [fileURLToPath(program)])
  let complaint = ''
  child.stderr.on('data', (part: Buffer) => {
    complaint += part.toString()
  })
  child.stdin.on('error', () => undefined)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const send = async (line: unknown): Promise<string> => {
    child.stdin.write(`${JSON.stringify(line)}\n`)
    const next = await lines.next()
    if (next.done) throw new Error(`${program.pathname} ended: ${complaint}`)
    return next.value
  }
  return {
    firstLine: await send(settings),
    ask: async <T>(order: unknown) => JSON.parse(await send(order)) as T,
    close: async () => {
      if (child.exitCode !== null) return
      const end = once(child, 'close')
      child.stdin.end()
      await end
    },
  }
}
