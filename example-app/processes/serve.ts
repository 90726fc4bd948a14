import cluster from 'node:cluster'
import type { Config } from '../config.js'
import { catalogueProviders } from '../identityProviders/catalogueProviders.js'
import { runningIdentityProviders } from '../identityProviders/runningIdentityProviders.js'
import type { CreateApplication } from './application.js'
import { listen } from './listen.js'
import { announce } from './messages.js'
import { stopOnSignal } from './stopOnSignal.js'
import { openStorage } from './storage/openStorage.js'
import { urlsAt } from './urls.js'

/** Runs the application in this process, until it is told to stop. */
export async function serve(config: Config, createApplication: CreateApplication): Promise<void> {
  const identityProviders = await runningIdentityProviders(config)
  const storage = await openStorage(config)
  const { openid, oauth2, oauth1, openid2, ...others } = identityProviders.entries
  const { app, auth } = createApplication({
    demo: { openid, oauth2, oauth1, openid2 },
    otherProviders: { ...others, ...catalogueProviders(process.env) },
    providerOrigins: identityProviders.origins,
    storage,
  })
  const server = await listen(app, config.port)

  identityProviders.register(urlsAt(server.port))
  if (cluster.isPrimary) announce(server.port)

  // First nothing new is taken, then what is under way ends, and only then what it needs goes away.
  stopOnSignal(async () => {
    await server.close()
    await auth.close()
    await storage.close()
    await identityProviders.close()
  })
}
