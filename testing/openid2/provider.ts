import { createServer, type IncomingMessage } from 'node:http'
import { isFormEncoded } from '../forms.js'
import { close, listen, readBody, send, textReply, type Reply } from '../http.js'
import { findPerson, type Person } from '../people.js'
import { createAssociations } from './associations.js'
import { identifierOf, paths, sessionTypes, type Context, type SessionType } from './context.js'
import { answer, type ReceivedRequest } from './endpoints.js'
import { createMemory } from './memory.js'
import { readMessage } from './message.js'
import type { Openid2Request, Openid2Tampering } from './tampering.js'

/** How a provider is set up; everything may be left out. */
export interface Openid2ProviderOptions {
  /** Default 0: any free port. */
  port?: number
  /** Name or address to listen at, and to be reached at; default `127.0.0.1`. */
  host?: string
  /** The id of the person who agrees to everything without being asked; default: a page asks. */
  signInAs?: string
  /**
   * How the secret of an association may be handed over. Default: both of Diffie-Hellman. `no-encryption` shows it to everybody on the way
   * and has to be named here; without any, relying parties have to ask about each assertion.
   */
  sessionTypes?: readonly SessionType[]
  /** In seconds, how long an association lives; default 3,600. */
  associationLifetime?: number
  /** Asks the realm for its XRDS document, and sends nobody to an address that is not listed there; default `false`. */
  verifyReturnTo?: boolean
  /** The policies of PAPE that each sign-in is said to satisfy; default none. */
  policies?: readonly string[]
  /** The time in milliseconds; default `Date.now`. */
  clock?: () => number
  /** The provider's name on its pages. */
  brand?: string
  /** The provider's colour on its pages, as CSS writes it. */
  color?: string
}

/** One request that was answered; `problem` says why it was refused. */
export interface Openid2RequestLogEntry extends Openid2Request {
  status: number
  problem?: string
}

/** A running provider: its addresses, what it was asked, and what can be done to it. */
export interface Openid2Provider {
  origin: string
  /** What discovery starts from where the provider is to ask who it is. */
  identifier: string
  endpoint: string
  /** The claimed identifier of a person, by their `id`. */
  identifierOf(personId: string): string
  /** The last 10,000 requests, oldest first; `requests.length = 0` empties it. */
  requests: Openid2RequestLogEntry[]
  /** Set it to make the provider do something wrong. */
  tampering: Openid2Tampering
  /** Forgets the associations that relying parties have with it. */
  forgetAssociations(): void
  /** Ends the server at once, with its open connections. */
  close(): Promise<void>
}

/**
 * Starts an OpenID Authentication 2.0 provider with an HTTP server of its own and pages to sign in. It is discovered by Yadis, and persons
 * also by HTML; it answers Simple Registration 1.1, fetch requests of Attribute Exchange 1.0, and PAPE 1.0.
 *
 * @throws TypeError when `signInAs` is nobody's id or a session type is unknown; the system's error when the port cannot be had
 */
export async function startOpenid2Provider(options: Openid2ProviderOptions = {}): Promise<Openid2Provider> {
  const { clock = Date.now, brand = 'Old Town', color = '#a16207' } = options
  const signInAs = options.signInAs === undefined ? undefined : person('signInAs', options.signInAs)
  const unknown = options.sessionTypes?.find((type) => !sessionTypes.includes(type))
  if (unknown !== undefined) throw new TypeError(`sessionTypes: there is no ${unknown}`)

  const server = createServer({ requestTimeout: 10_000 })
  const origin = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const associations = createAssociations(options.associationLifetime ?? 3600, clock)
  const provider: Openid2Provider = {
    origin,
    identifier: origin + paths.identifier,
    endpoint: origin + paths.endpoint,
    identifierOf: (id) => identifierOf(origin, person('identifierOf', id)),
    requests: [],
    tampering: {},
    forgetAssociations: () => {
      associations.forgetShared()
    },
    close: () => close(server),
  }
  const context: Context = {
    origin,
    look: { brand, color },
    clock,
    signInAs,
    sessionTypes: options.sessionTypes ?? ['DH-SHA256', 'DH-SHA1'],
    verifyReturnTo: options.verifyReturnTo ?? false,
    policies: options.policies ?? [],
    associations,
    pending: createMemory(10 * 60 * 1000, clock),
    sessions: createMemory(8 * 60 * 60 * 1000, clock),
    tampering: () => provider.tampering,
  }

  server.on('request', (req, res) => {
    void reply(context, provider.requests, req).then((given) => {
      // Nobody is there any more when the client went away in the middle of its request.
      if (given === undefined) return void res.destroy()
      send(res, given, clock)
    })
  })
  return provider
}

const maximumBody = 1024 * 1024
const maximumLog = 10_000

function person(where: string, id: string): Person {
  const found = findPerson(id)
  if (!found) throw new TypeError(`${where}: nobody has the id ${id}`)
  return found
}

async function reply(context: Context, log: Openid2RequestLogEntry[], req: IncomingMessage): Promise<Reply | undefined> {
  try {
    const received = await read(req)
    const { method, path } = received ?? { method: req.method ?? '', path: '' }
    const mode = received?.message?.get('mode')?.slice(0, 200)
    const asked: Openid2Request = { method, path, ...(mode === undefined ? {} : { mode }) }
    const given = received ? await answer(context, received) : textReply(413, 'The body has more than 1 MB.', 'too_large')
    const { answer: tamper } = context.tampering()
    const { status, headers, body } = tamper ? await tamper(given, asked) : given
    log.splice(0, log.length - maximumLog + 1)
    log.push({ ...asked, status, ...(given.problem === undefined ? {} : { problem: given.problem }) })
    return { status, headers, body }
  } catch {
    return req.complete ? textReply(500, 'Something is wrong in here.', 'server_error') : undefined
  }
}

/** Reads a request; `undefined` when its body is too large. */
async function read(req: IncomingMessage): Promise<ReceivedRequest | undefined> {
  const { method = '', url = '', headersDistinct: headers } = req
  const body = await readBody(req, maximumBody)
  if (!body) return undefined
  const [path = '', ...query] = url.split('?')
  const form = isFormEncoded(headers['content-type']?.[0] ?? '') ? body.toString('latin1') : ''
  // Of a POST nothing but the body counts (section 4.1.2).
  return { method, path: path.slice(0, 200), headers, form, message: readMessage(method === 'POST' ? form : query.join('?')) }
}
