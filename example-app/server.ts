import cluster from 'node:cluster'
import { loadEnvironment, readConfig } from './config.js'
import { startWorkers } from './primary.js'
import { serve } from './serve.js'
import { explainProblems } from './starting.js'

explainProblems()
loadEnvironment()
const config = readConfig(process.env)

// The workers run this file, too: each of them serves.
if (config.workers > 0 && cluster.isPrimary) await startWorkers(config)
else await serve(config)
