import { startChild } from '../support/childProcess.js'
import type { Outcomes, Task, WorkerSettings } from './worker.js'

/** A process of its own that runs the application and makes API calls when told. */
export interface Process {
  /**
   * Makes so many API calls at once.
   * @param access sealed credentials of the account, or the id of its user
   * @throws Error when the process ends before it has answered
   */
  call: (access: Task['access'], calls: number) => Promise<Outcomes>
  /** Ends it at once, as `kill -9` does; resolves when it is gone. */
  kill: () => Promise<void>
  /** Lets it end. */
  stop: () => Promise<void>
}

/** Starts a process, and waits until it is ready. */
export async function startProcess(settings: WorkerSettings): Promise<Process> {
  const { tell, kill, stop } = await startChild<Task>('test/processes/worker.ts', { args: [JSON.stringify(settings)] })
  return { call: async (access, calls) => (await tell({ access, calls })) as Outcomes, kill, stop }
}

/** Starts so many processes, and waits until all are ready. */
export async function startProcesses(count: number, settings: WorkerSettings): Promise<Process[]> {
  return Promise.all(Array.from({ length: count }, () => startProcess(settings)))
}
