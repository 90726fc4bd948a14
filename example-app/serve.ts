import cluster from 'node:cluster'
import { authRouter } from 'authrouter'
import { createApplication } from './application.js'
import type { Config } from './config.js'
import { startIdentityProviders } from './identityProviders.js'
import { listen } from './listening.js'
import { realProviders } from './realProviders.js'
import { announce, urlsAt } from './starting.js'
import { stopOnSignal } from './stopping.js'
import { openStorage } from './storage.js'

/** Runs the application in this process, until it is told to stop. */
export async function serve(config: Config): Promise<void> {
  const running = config.identityProviders ? undefined : await startIdentityProviders(config)
  const { entries, origins } = running ?? config.identityProviders ?? { entries: {}, origins: [] }
  const storage = await openStorage(config)
  const auth = authRouter({ providers: { ...entries, ...realProviders(process.env) }, ...storage.options })
  const server = await listen(createApplication({ auth, pictures: origins, storage: storage.place }), config.port)

  running?.register(urlsAt(server.port))
  if (cluster.isPrimary) announce(server.port)

  // First nothing new is taken, then what is under way ends, and only then what it needs goes away.
  stopOnSignal(async () => {
    await server.close()
    await auth.close()
    await storage.close()
    await running?.close()
  })
}
