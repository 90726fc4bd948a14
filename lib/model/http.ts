import type { Agent, ClientRequest } from 'node:http'

/** One outbound request. */
export interface HttpRequest {
  method: string
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array | undefined
  /** Milliseconds for everything: connecting, waiting and reading. */
  timeout?: number
  /** Bytes of body to accept. */
  maxBytes?: number
  signal?: AbortSignal | undefined
  /** What is presented to a server that asks for a certificate; the same value each time, because connections are kept by it. */
  certificate?: ClientCertificate | undefined
}

/** A certificate and its private key, PEM text both. */
export interface ClientCertificate {
  cert: string
  key: string
}

export interface HttpResponse {
  status: number
  /** Lower-case names; several of one name joined by `, `. */
  headers: Record<string, string>
  body: Uint8Array
}

/** The one way out. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

/** One outbound request whose answer is read as it comes. */
export interface StreamRequest extends Omit<HttpRequest, 'body' | 'maxBytes' | 'timeout'> {
  /** A stream is sent as it comes, once. */
  body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined
  /** Milliseconds up to the headers of the answer, counted from the end of a body that is a stream. */
  timeout?: number
  /** Milliseconds between two chunks, in either direction. */
  idleTimeout?: number
}

export interface StreamResponse extends Omit<HttpResponse, 'body'> {
  /** Ends with an error when the provider, or the time, does. */
  body: ReadableStream<Uint8Array> | null
}

/** The way out for answers that are read as they come: no limit of size. */
export type HttpStream = (request: StreamRequest) => Promise<StreamResponse>

/** Connections to providers that are kept for the next request, whichever library makes it. */
export interface Connections {
  /** What a request to this address goes over. */
  agentFor: (url: string) => Agent
  /** Whether a request failed because a kept connection was closed, before the server can have read all of it. */
  isUnsent: (request: ClientRequest, error: unknown) => boolean
  /** Closes those that wait for a request; the others close as soon as they are not needed any more. */
  close: () => void
}

/** The application's settings of outbound calls. */
export interface Outbound {
  /** Milliseconds for a call to a provider; token calls may take twice as long. At most 600,000. @default 5000 */
  timeout: number
  /** Bytes of an answer of a provider's own endpoints; `req.oauthClient` takes 10 MiB. @default 1048576 */
  maxBytes: number
  /** Replaces the built-in client. Time and size limits stay; which addresses it may reach is up to it. */
  fetch?: typeof globalThis.fetch
  /** An undici dispatcher, for a proxy or certificates of your own. */
  dispatcher?: unknown
  /** A `node:http` or `node:https` agent for token calls that simple-oauth2 makes, which do not use `dispatcher`. */
  agent?: unknown
  /**
   * Hosts of private networks, names or IP addresses, that a tenant's entry or a discovery document may name.
   * @see SECURITY.md#addresses-from-others
   */
  privateHosts?: readonly string[]
}
