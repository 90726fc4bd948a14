import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Oauth1Refusal } from './oauth1Problems.js'
import { percentEncode, type Parameter } from './oauth1Signature.js'

/** An answer as a value, before anything is sent. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: string
  /** What the request log tells about a refusal. */
  problem?: string
}

/** Answers with JSON. */
export function jsonReply(status: number, value: unknown): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: JSON.stringify(value) }
}

/** Answers with one line of plain text. */
export function textReply(status: number, text: string, problem?: string): Reply {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: `${text}\n`, ...(problem === undefined ? {} : { problem }) }
}

/** Answers with a picture that anybody may see. */
export function pictureReply(svg: string): Reply {
  const headers = {
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: svg }
}

/** Answers with form-encoded pairs, as the token endpoints do (RFC 5849 sections 2.1 and 2.3). */
export function formReply(status: number, pairs: Record<string, string>): Reply {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: new URLSearchParams(pairs).toString() }
}

/** Answers with a page that may run no script, load nothing from elsewhere and stand in no frame. */
export function htmlReply(status: number, body: string, problem?: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action here: browsers would apply it to the redirect that leads back to the application.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body, ...(problem === undefined ? {} : { problem }) }
}

/** Sends the browser elsewhere. */
export function redirectReply(location: string): Reply {
  return { status: 302, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }, body: '' }
}

/** Tells a client why its request is refused: in `WWW-Authenticate` and in the body (OAuth Problem Reporting extension). */
export function refusalReply(refusal: Oauth1Refusal, realm: string): Reply {
  const details: Record<string, string> = { oauth_problem: refusal.problem, ...reportedParameters(refusal) }
  const challenge = Object.entries({ ...details, oauth_problem_advice: refusal.advice }).map(
    ([name, value]) => `, ${name}="${percentEncode(value)}"`,
  )
  const reply = formReply(refusal.status, { ...details, oauth_problem_advice: refusal.advice })
  const headers = { ...reply.headers, 'www-authenticate': `OAuth realm="${realm}"${challenge.join('')}` }
  return { ...reply, headers, problem: refusal.problem }
}

/** Gathers pairs into an object: a name that occurs once has a text, one that is repeated a list of texts. */
export function asObject(pairs: readonly Parameter[]): Record<string, string | string[]> {
  const lists = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const list = lists.get(name) ?? []
    list.push(value)
    lists.set(name, list)
  }
  return Object.fromEntries([...lists].map(([name, values]) => [name, values.length === 1 ? values.join('') : values]))
}

/** Reads a request's body; `undefined` when it has more than `limit` bytes. */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // The rest of a body that is too large is read and dropped, so that the client gets to see the answer.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
  }
  return size > limit ? undefined : Buffer.concat(chunks)
}

/** Sends a reply. The Date header follows `clock` (milliseconds), because clients set their timestamps by it. */
export function send(res: ServerResponse, reply: Reply, clock: () => number): void {
  res.sendDate = false
  const length = reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(reply.body) }
  res.writeHead(reply.status, { ...reply.headers, ...length, date: new Date(clock()).toUTCString() })
  res.end(reply.body)
}

function reportedParameters({ problem, parameters, acceptableTimestamps }: Oauth1Refusal): Record<string, string> {
  if (acceptableTimestamps) return { oauth_acceptable_timestamps: acceptableTimestamps.join('-') }
  if (parameters.length === 0) return {}
  const name = problem === 'parameter_absent' ? 'oauth_parameters_absent' : 'oauth_parameters_rejected'
  return { [name]: parameters.map(percentEncode).join('&') }
}
