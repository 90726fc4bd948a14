import { createPublicKey } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { close, listen, readBody, send, textReply, type Reply } from './http.js'
import { answer, endpointPaths, type EndpointContext } from './oauth1Endpoints.js'
import { createTokenMemory } from './oauth1Tokens.js'
import { createOauth1Verifier, readSignatureMethods, signatureMethods, type Oauth1Client } from './oauth1Verifier.js'
import { findPerson } from './people.js'

export type { Oauth1Client } from './oauth1Verifier.js'

/** How a provider is set up; everything may be left out. */
export interface Oauth1ProviderOptions {
  /** Default 0: any free port. */
  port?: number
  /** Name or address to listen at, and to be reached at; default `127.0.0.1`. */
  host?: string
  /** The applications that are registered from the start. */
  clients?: readonly Oauth1Client[]
  /** The id of the person who agrees to everything without being asked; default: a page asks. */
  signInAs?: string
  /** Default: all but `PLAINTEXT`, which shows the secrets to everybody on the way and has to be named here. */
  signatureMethods?: readonly string[]
  /** The time in milliseconds; default `Date.now`. */
  clock?: () => number
  /** The provider's name on its pages. */
  brand?: string
  /** The provider's colour on its pages, as CSS writes it. */
  color?: string
}

/** One request that was answered; `path` is without the query, `problem` says why it was refused. */
export interface Oauth1RequestLogEntry {
  method: string
  path: string
  status: number
  problem?: string
}

/** A running provider: its addresses, what it was asked, and what can be done to it. */
export interface Oauth1Provider {
  origin: string
  requestTokenEndpoint: string
  authorizationEndpoint: string
  accessTokenEndpoint: string
  userinfoEndpoint: string
  apiBaseUrl: string
  /** The last 10,000 requests, oldest first; `requests.length = 0` empties it. */
  requests: Oauth1RequestLogEntry[]
  registerClient(client: Oauth1Client): void
  revokeToken(accessToken: string): void
  /** Ends the server at once, with its open connections. */
  close(): Promise<void>
}

/**
 * Starts an OAuth 1.0a provider (RFC 5849) with an HTTP server of its own, pages to sign in, and a protected API:
 * `GET /api/me`, `GET` and `POST /api/projects`, `PUT`, `PATCH` and `DELETE /api/projects/:name`.
 *
 * @throws TypeError when `signInAs` is nobody's id, a signature method is unknown, or a public key is not an RSA key;
 *   the error of `node:crypto` when a key cannot be read; the system's error when the port cannot be had
 */
export async function startOauth1Provider(options: Oauth1ProviderOptions = {}): Promise<Oauth1Provider> {
  const { clock = Date.now, signInAs, brand = 'Harbour', color = '#0e7490' } = options
  if (signInAs !== undefined && !findPerson(signInAs)) throw new TypeError(`signInAs: nobody has the id ${signInAs}`)
  const clients = new Map<string, Oauth1Client>()
  const registerClient = (client: Oauth1Client): void => void clients.set(client.clientId, withReadKey(client))
  options.clients?.forEach(registerClient)
  const tokens = createTokenMemory(clock)
  const requests: Oauth1RequestLogEntry[] = []

  const accepted = readSignatureMethods(options.signatureMethods ?? signatureMethods.filter((method) => method !== 'PLAINTEXT'))

  const server = createServer({ requestTimeout: 10_000 })
  const origin = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const context: EndpointContext = {
    origin,
    tokens,
    verify: createOauth1Verifier({
      origin,
      clock,
      findClient: (clientId) => clients.get(clientId),
      signatureMethods: accepted,
      // Who names PLAINTEXT wants it: this server speaks plain http, on loopback.
      allowInsecurePlaintext: true,
    }),
    pages: { tokens, brand, color, signInAs, path: endpointPaths.authorize, clientName: (id) => clients.get(id)?.name ?? id },
  }
  server.on('request', (req, res) => {
    void reply(context, req).then((given) => {
      // Nobody is there any more when the client went away in the middle of its request.
      if (given === undefined) return void res.destroy()
      requests.splice(0, requests.length - maximumLog + 1)
      requests.push(logEntry(req, given))
      send(res, given, clock)
    })
  })

  return {
    origin,
    requestTokenEndpoint: origin + endpointPaths.requestToken,
    authorizationEndpoint: origin + endpointPaths.authorize,
    accessTokenEndpoint: origin + endpointPaths.accessToken,
    userinfoEndpoint: `${origin}/api/me`,
    apiBaseUrl: `${origin}/api/`,
    requests,
    registerClient,
    revokeToken: (accessToken) => tokens.revokeAccessToken(accessToken),
    close: () => close(server),
  }
}

const maximumBody = 1024 * 1024
const maximumLog = 10_000

/** Reads a client's public key, so that a wrong one is noticed at registration and not at its first request. */
function withReadKey(client: Oauth1Client): Oauth1Client {
  if (client.publicKey === undefined) return { ...client }
  const publicKey = typeof client.publicKey === 'string' ? createPublicKey(client.publicKey) : client.publicKey
  if (publicKey.asymmetricKeyType !== 'rsa') throw new TypeError(`the public key of client ${client.clientId} is not an RSA key`)
  return { ...client, publicKey }
}

async function reply(context: EndpointContext, req: IncomingMessage): Promise<Reply | undefined> {
  try {
    const { method = '', url = '', headersDistinct: headers } = req
    return answer(context, { method, url, headers, body: await readBody(req, maximumBody) })
  } catch {
    return req.complete ? textReply(500, 'Something is wrong in here.', 'server_error') : undefined
  }
}

function logEntry({ method = '', url = '' }: IncomingMessage, { status, problem }: Reply): Oauth1RequestLogEntry {
  const path = (url.split('?')[0] ?? '').slice(0, 200)
  return { method, path, status, ...(problem === undefined ? {} : { problem }) }
}
