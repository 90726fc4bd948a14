import cluster from 'node:cluster'
import { loadEnvironment, readConfig } from '../config.js'
import type { CreateApplication } from './application.js'
import { explainProblems } from './messages.js'
import { serve } from './serve.js'
import { startWorkers } from './startWorkers.js'

/** Runs an application in this process, or in as many workers as `WORKERS` says, until it is told to stop. */
export async function run(createApplication: CreateApplication): Promise<void> {
  explainProblems()
  loadEnvironment()
  const config = readConfig(process.env)

  // The workers run the same program from its first line, and so come here, too: each of them serves.
  if (config.workers > 0 && cluster.isPrimary) await startWorkers(config)
  else await serve(config, createApplication)
}
