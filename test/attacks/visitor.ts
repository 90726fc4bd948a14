import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

/** One answer, as it came. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  location: string | undefined
  setCookies: string[]
  body: string
  /** The body, parsed. */
  json: <T = unknown>() => T
}

export interface Asked {
  method?: string
  form?: Record<string, string>
  /** `undefined` leaves out one that is sent otherwise. */
  headers?: Record<string, string | undefined>
  /** Which of the processes answers, in the order they were started; the first one unless told. */
  process?: number
}

/**
 * A browser that reaches public addresses, `https` ones too, which several processes on this machine serve: cookies by host, no redirects
 * followed. (That of test/support goes where an address says.)
 */
export interface Visitor {
  jar: (host?: string) => Map<string, string>
  go: (url: string, asked?: Asked) => Promise<Answer>
  /** A browser with the same cookies. */
  copy: () => Visitor
}

/** What all visitors of one test share: where processes listen, and all that was seen. */
export interface Watched {
  ports: () => readonly number[]
  answers: { url: string; answer: Answer }[]
}

/** Milliseconds after which an answer counts as never given (invariant I5). */
const deadline = 17_000
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })

export function createVisitor(watched: Watched, home: string, jars = new Map<string, Map<string, string>>()): Visitor {
  const jar = (host = new URL(home).host): Map<string, string> => {
    let cookies = jars.get(host)
    if (!cookies) jars.set(host, (cookies = new Map<string, string>()))
    return cookies
  }

  async function go(address: string, { method = 'GET', form, headers = {}, process: index = 0 }: Asked = {}): Promise<Answer> {
    const url = new URL(address, home)
    const cookie = [...jar(url.host)].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form && new URLSearchParams(form).toString()
    const sent: Record<string, string | undefined> = {
      host: url.host,
      'x-forwarded-proto': url.protocol.slice(0, -1),
      accept: 'application/json',
      ...(cookie === '' ? {} : { cookie }),
      ...(method === 'POST' ? { origin: url.origin, 'sec-fetch-site': 'same-origin' } : {}),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    }
    const outgoing = request({
      host: '127.0.0.1',
      port: watched.ports()[index],
      path: url.pathname + url.search,
      method,
      agent,
      signal: AbortSignal.timeout(deadline),
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)),
    })
    const answer = await new Promise<Answer>((resolve, reject) => {
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        const { statusCode = 0, headers: received } = incoming
        text(incoming).then((content) => {
          resolve({
            status: statusCode,
            headers: received,
            location: received.location,
            setCookies: received['set-cookie'] ?? [],
            body: content,
            json: <T>() => JSON.parse(content) as T,
          })
        }, reject)
      })
      outgoing.end(body)
    })
    for (const line of answer.setCookies) keep(jar(url.host), line)
    watched.answers.push({ url: url.href, answer })
    return answer
  }

  return {
    jar,
    go,
    copy: () => createVisitor(watched, home, new Map([...jars].map(([host, cookies]) => [host, new Map(cookies)]))),
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  const ends = attributes.map((attribute) => attribute.trim().toLowerCase())
  const isOver =
    ends.includes('max-age=0') || ends.some((attribute) => attribute.startsWith('expires=') && Date.parse(attribute.slice(8)) < Date.now())
  if (isOver) jar.delete(name)
  else jar.set(name, pair.slice(equals + 1))
}
