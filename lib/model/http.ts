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

/** The application's settings of outbound calls. */
export interface Outbound {
  /** Milliseconds for a call to a provider's own endpoints; token calls may take twice as long. */
  timeout: number
  /** Bytes of an answer of a provider's own endpoint. */
  maxBytes: number
  fetch?: typeof globalThis.fetch
  /** An undici dispatcher: proxies, certificates. */
  dispatcher?: unknown
  /** A `node:http` or `node:https` agent for the libraries that use one. */
  agent?: unknown
  /** Hosts of private networks, names or IP addresses, that addresses which others bring may lead to. */
  privateHosts?: readonly string[]
}
