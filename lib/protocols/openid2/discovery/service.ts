/** An endpoint that discovery has found (OpenID Authentication 2.0 section 7.3.1). */
export interface Service {
  /** The address of the provider's endpoint. */
  endpoint: string
  /** What the provider calls the user, where it is not the claimed identifier. */
  localId?: string
  /** Whether it is that of a provider, which is asked whose identifier it is, and not of one user. */
  isProvider: boolean
}

/** Services of one identifier that are kept at most. */
export const maxServices = 5
