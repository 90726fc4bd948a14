import { randomBytes, randomInt } from 'node:crypto'
import { equalTexts } from './oauth1Signature.js'

/** Temporary credentials (RFC 5849 section 2.1) and how far their authorization has come; `expiresAt` is in milliseconds. */
export interface RequestToken {
  readonly token: string
  readonly secret: string
  readonly clientId: string
  /** An absolute URL, or `oob`. */
  readonly callback: string
  readonly expiresAt: number
  /** Set when a person has agreed. */
  approval?: { readonly personId: string; readonly verifier: string }
  wrongVerifiers: number
}

/** Token credentials (RFC 5849 section 2.3). */
export interface AccessToken {
  readonly token: string
  readonly secret: string
  readonly clientId: string
  readonly personId: string
}

export interface TokenMemory {
  issueRequestToken(clientId: string, callback: string): RequestToken
  /** Finds a request token that is neither used nor expired. */
  findRequestToken(token: string): RequestToken | undefined
  /** Records that a person agreed; returns the verifier: a short number when the person has to type it. */
  approve(requestToken: RequestToken, personId: string): string
  /** Exchanges an approved request token, once; `undefined` when the verifier is wrong. Five wrong ones use the token up. */
  exchange(requestToken: RequestToken, verifier: string): AccessToken | undefined
  discardRequestToken(token: string): void
  findAccessToken(token: string): AccessToken | undefined
  revokeAccessToken(token: string): void
}

/** Makes a memory of tokens: request tokens live ten minutes, and the newest 10,000 of each kind are kept; `clock` is in ms. */
export function createTokenMemory(clock: () => number): TokenMemory {
  const requestTokens = new Map<string, RequestToken>()
  const accessTokens = new Map<string, AccessToken>()

  return {
    issueRequestToken(clientId, callback) {
      const [token, secret, expiresAt] = [unguessable(), unguessable(), clock() + requestTokenLifetime]
      return keep(requestTokens, { token, secret, clientId, callback, expiresAt, wrongVerifiers: 0 })
    },
    findRequestToken(token) {
      const found = requestTokens.get(token)
      if (found && found.expiresAt <= clock()) requestTokens.delete(token)
      return requestTokens.get(token)
    },
    approve(requestToken, personId) {
      const verifier = requestToken.callback === 'oob' ? String(randomInt(1_000_000, 10_000_000)) : unguessable()
      requestToken.approval = { personId, verifier }
      return verifier
    },
    exchange(requestToken, verifier) {
      const { token, clientId, approval } = requestToken
      if (approval === undefined || !equalTexts(verifier, approval.verifier)) {
        requestToken.wrongVerifiers += 1
        if (requestToken.wrongVerifiers >= allowedWrongVerifiers) requestTokens.delete(token)
        return undefined
      }
      requestTokens.delete(token)
      return keep(accessTokens, { token: unguessable(), secret: unguessable(), clientId, personId: approval.personId })
    },
    discardRequestToken: (token) => void requestTokens.delete(token),
    findAccessToken: (token) => accessTokens.get(token),
    revokeAccessToken: (token) => void accessTokens.delete(token),
  }
}

const requestTokenLifetime = 10 * 60 * 1000
const allowedWrongVerifiers = 5
const keptTokens = 10_000

function keep<T extends { token: string }>(tokens: Map<string, T>, added: T): T {
  tokens.set(added.token, added)
  const [oldest] = tokens.keys()
  if (tokens.size > keptTokens && oldest !== undefined) tokens.delete(oldest)
  return added
}

function unguessable(): string {
  return randomBytes(24).toString('base64url')
}
