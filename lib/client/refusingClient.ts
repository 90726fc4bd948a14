import { inspect } from 'node:util'
import type { AuthError } from '../base/errors.js'
import type { ApiClient } from './apiClient.js'

/**
 * An API client of nobody, for a handler that asks no one to sign in: every call is a clear answer and not a `TypeError`.
 * @param refusal makes what every call rejects with, and what `credentials` and `facts` throw
 */
export function refusingClient(refusal: () => AuthError): ApiClient {
  const call = (): Promise<never> => Promise.reject(refusal())
  const calls: Omit<ApiClient, 'credentials' | 'facts'> = {
    get: call,
    head: call,
    post: call,
    put: call,
    patch: call,
    delete: call,
    request: call,
    fetch: call,
    for: () => refusingClient(refusal),
    pages: () => ({ [Symbol.asyncIterator]: () => ({ next: call }) }),
  }
  // Not enumerable: whoever lists or copies the client asks for nothing.
  return Object.freeze(
    Object.defineProperties(calls, {
      credentials: {
        get() {
          throw refusal()
        },
      },
      facts: {
        get() {
          throw refusal()
        },
      },
      [inspect.custom]: { value: () => 'ApiClient {}' },
    }),
  ) as ApiClient
}
