import type { ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { sendJson, startServer, type Received, type SmallServer } from '../unitServer.js'

/** Seconds that a ticket may be validated in, as Apereo's server has it unless told. */
const ticketLifetime = 10

interface Ticket {
  service: string
  user: string
  /** Whether it has come from a password just now. */
  isFresh: boolean
  issuedAt: number
}

/** Who is signed in there, and what the server tells of them. */
export interface CasUser {
  user: string
  attributes?: Record<string, unknown>
}

/**
 * A server of the CAS Protocol 3.0.3, as far as a service ticket needs one: `/cas/login`, `/cas/p3/serviceValidate` and `/cas/logout`, the
 * answer of a validation as JSON.
 */
export interface CasServer extends SmallServer {
  /** Whose single sign-on session the browser has; nobody signs in by a password here. */
  signedIn: CasUser | undefined
  /** Who types a password where nobody is signed in, or `renew` asks. */
  typesPassword: CasUser | undefined
  /** Milliseconds that the server's clock is ahead. */
  ahead: number
  /** What a validation answers instead of the truth. */
  answer: ((res: ServerResponse) => void) | undefined
  /** Codes of the validations so far: `success`, or the failure. */
  validated: string[]
  options: { authorizationEndpoint: string; tokenEndpoint: string; endSessionEndpoint: string }
}

export async function startCasServer(): Promise<CasServer> {
  const tickets = new Map<string, Ticket>()
  const small = await startServer((request, res) => {
    const url = new URL(request.url, 'http://cas.example')
    const routes: Record<string, typeof login> = { '/cas/login': login, '/cas/p3/serviceValidate': validate, '/cas/logout': logout }
    const route = routes[url.pathname]
    if (route && request.method === 'GET') route(url.searchParams, res, request)
    else res.writeHead(404).end()
  })
  const now = (): number => Date.now() + cas.ahead

  /** Section 2.1. */
  function login(query: URLSearchParams, res: ServerResponse, _request: Received): void {
    const service = query.get('service')
    const isFresh = query.get('renew') === 'true' || cas.signedIn === undefined
    // "If gateway is set and renew too, the behaviour is undefined."
    const known = query.get('gateway') === 'true' ? cas.signedIn : isFresh ? cas.typesPassword : cas.signedIn
    if (service === null || (!known && query.get('gateway') !== 'true')) {
      res.writeHead(200, { 'content-type': 'text/html' }).end('<form method="post"><input name="username"><input name="password"></form>')
      return
    }
    const location = new URL(service)
    if (known) {
      const ticket = `ST-${String(tickets.size + 1)}-${randomBytes(20).toString('hex')}-cas`
      tickets.set(ticket, { service, user: known.user, isFresh, issuedAt: now() })
      cas.signedIn = known
      location.searchParams.set('ticket', ticket)
    }
    res.writeHead(302, { location: location.href }).end()
  }

  /** Sections 2.5 and 2.8; a ticket is used up by any attempt, section 3.1.1. */
  function validate(query: URLSearchParams, res: ServerResponse): void {
    if (cas.answer) {
      cas.answer(res)
      return
    }
    const [service, name] = [query.get('service'), query.get('ticket')]
    const ticket = name === null ? undefined : tickets.get(name)
    if (name !== null) tickets.delete(name)
    const refuse = (code: string): void => {
      cas.validated.push(code)
      sendJson(res, { serviceResponse: { authenticationFailure: { code, description: `Ticket '${String(name)}' not recognized` } } })
    }
    if (service === null || name === null || query.get('format') !== 'JSON') refuse('INVALID_REQUEST')
    else if (!name.startsWith('ST-')) refuse('INVALID_TICKET_SPEC')
    else if (!ticket || now() - ticket.issuedAt > ticketLifetime * 1000) refuse('INVALID_TICKET')
    else if (ticket.service !== service) refuse('INVALID_SERVICE')
    else if (query.get('renew') === 'true' && !ticket.isFresh) refuse('INVALID_TICKET')
    else {
      cas.validated.push('success')
      const person = [cas.signedIn, cas.typesPassword].find((candidate) => candidate?.user === ticket.user)
      sendJson(res, { serviceResponse: { authenticationSuccess: { user: ticket.user, attributes: person?.attributes ?? {} } } })
    }
  }

  /** Section 2.3. */
  function logout(query: URLSearchParams, res: ServerResponse): void {
    cas.signedIn = undefined
    const service = query.get('service')
    if (service === null) res.writeHead(200).end('You have been logged out')
    else res.writeHead(302, { location: service }).end()
  }

  const cas: CasServer = {
    ...small,
    signedIn: undefined,
    typesPassword: undefined,
    ahead: 0,
    answer: undefined,
    validated: [],
    options: {
      authorizationEndpoint: `${small.origin}/cas/login`,
      tokenEndpoint: `${small.origin}/cas/p3/serviceValidate`,
      endSessionEndpoint: `${small.origin}/cas/logout`,
    },
  }
  return cas
}
