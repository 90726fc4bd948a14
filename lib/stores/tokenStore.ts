/** A record as a store holds it. */
export interface StoredRecord {
  /** Sealed text: URL-safe characters, at most 64 KiB. */
  record: string
  /** 1 when the key was first written, and one more with every write. */
  version: number
}

export interface SetOptions {
  /** The version that the store must hold for this write to happen: 0 when nothing may be there, absent when anything may. */
  version?: number
  /** Seconds after which the record is gone; absent for one that stays until it is deleted (`keepTokens: 'user'`). */
  ttl?: number | undefined
}

/** A lock that is held. Whoever was slow to notice that it ended can do no harm: writes carry a version. */
export interface StoreLock {
  /**
   * Keeps the lock for another `ttl` seconds.
   * @returns `false` when it has ended or is somebody else's by now
   */
  renew: (ttl: number) => Promise<boolean>
  /** Lets go of the lock, if it is still this holder's. */
  release: () => Promise<void>
}

/**
 * Where tokens are kept for all processes of an application. Keys and records are text made by authrouter; records are encrypted
 * before they come here. Shipped in `authrouter/stores`; one of your own passes `tokenStoreContract` of `authrouter/testing`.
 */
export interface TokenStore {
  /** The record of a key, or `undefined` when there is none or its time is over. */
  get: (key: string) => Promise<StoredRecord | undefined>
  /**
   * Writes a record, if the store still holds the version that the writer has read (compare-and-set, atomically).
   * @returns whether it was written
   */
  set: (key: string, record: string, options: SetOptions) => Promise<boolean>
  delete: (key: string) => Promise<unknown>
  /**
   * Takes a lock, so that only one of many processes refreshes. Without it two may refresh at once, which providers that rotate refresh
   * tokens take for theft.
   * @param ttl seconds after which the lock ends by itself, should its holder die
   * @returns `undefined` when it is somebody else's
   */
  lock?: (key: string, ttl: number) => Promise<StoreLock | undefined>
  /**
   * Claims a key: `true` for the first to ask within `ttl` seconds, of however many processes, and `false` for everybody else. Without
   * it a callback that reaches two processes at once asks the provider twice.
   */
  take?: (key: string, ttl: number) => Promise<boolean>
}
