import type { AuthRouter, ProviderEntry } from 'authrouter'
import type { Express } from 'express'
import type { DemoSlug } from '../identityProviders/identityProviders.js'
import type { Storage } from './storage/storage.js'

/** Makes the application: the same with one process or many, and with any storage. */
export type CreateApplication = (surroundings: Surroundings) => Application

/** What an application finds around it. */
export interface Surroundings {
  /** What the identity providers of the demo gave to the application that registered with them. */
  demo: Record<DemoSlug, ProviderEntry>
  /** Entries of `authRouter` that the environment adds. */
  otherProviders: Record<string, ProviderEntry>
  /** Where the pictures of the demo's users are. */
  pictureOrigins: readonly string[]
  storage: Storage
}

export interface Application {
  app: Express
  auth: AuthRouter
}
