import type { AuthRouter, ProviderEntry } from 'authrouter'
import type { UserRow } from 'authrouter/stores'
import type { Express as ExpressApplication } from 'express'
import type { DemoSlug } from '../identityProviders/identityProviders.js'
import type { Storage } from './storage/storage.js'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // What `req.user` is: a row of the table `users`.
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends UserRow {}
  }
}

/** Makes the application: the same with one process or many, and with any storage. */
export type CreateApplication = (surroundings: Surroundings) => Application

/** What an application finds around it. */
export interface Surroundings {
  /** What the identity providers of the demo gave to the application that registered with them. */
  demo: Record<DemoSlug, ProviderEntry>
  /** Entries of `authRouter` that the environment adds. */
  otherProviders: Record<string, ProviderEntry>
  /** Where the identity providers of the demo are, and the pictures of their users. */
  providerOrigins: readonly string[]
  storage: Storage
}

export interface Application {
  app: ExpressApplication
  auth: AuthRouter
}
