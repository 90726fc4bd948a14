import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import type { LightProvider } from './lightProvider.js'

type App = (req: IncomingMessage, res: ServerResponse) => void

/** Where the applications of these tests are reached; nothing listens there. */
export const appUrl = 'http://127.0.0.1:1'

export interface Answer {
  status: number
  location: string | undefined
  body: string
}

export interface DirectRequest {
  method?: string
  headers?: Record<string, string>
  form?: Record<string, string>
  /** Milliseconds to wait for the answer, 60,000 unless told. */
  patience?: number
}

/** A browser that calls the application's function itself, without sockets, so that a hundred thousand requests are a matter of seconds. */
export interface DirectBrowser {
  cookies: Map<string, string>
  /** The `Set-Cookie` lines that came, in order. */
  setCookies: string[]
  send: (path: string, request?: DirectRequest) => Promise<Answer>
  json: (path: string, request?: DirectRequest) => Promise<unknown>
  /** Starts a login and visits the provider. Gives the path of the callback, which is still to be opened. */
  start: (query?: string) => Promise<string>
  signIn: (query?: string) => Promise<Answer>
  signOut: () => Promise<Answer>
}

/** @param app finds the application, so that a test can put another one in its place */
export function directBrowser(app: () => App, provider: LightProvider, cookies = new Map<string, string>()): DirectBrowser {
  const setCookies: string[] = []

  async function send(path: string, { method = 'GET', headers = {}, form, patience = 60_000 }: DirectRequest = {}): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form === undefined ? undefined : new URLSearchParams(form).toString()
    const { res, answer } = await exchange(
      app(),
      path,
      method,
      {
        host: '127.0.0.1:1',
        accept: 'text/html',
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }),
        ...headers,
      },
      body,
      patience,
    )
    for (const line of [res.getHeader('set-cookie') ?? []].flat().map(String)) {
      setCookies.push(line)
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      if (/; max-age=0\b|; expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
      else cookies.set(name, pair.slice(name.length + 1))
    }
    return answer
  }

  const start = async (query = ''): Promise<string> => {
    const { status, location, body } = await send(`/auth/light${query}`)
    if (location === undefined) throw new Error(`A login could not be started: ${String(status)} ${body}`)
    return provider.approve(location).slice(appUrl.length)
  }
  return {
    cookies,
    setCookies,
    send,
    json: async (path, request) =>
      JSON.parse((await send(path, { ...request, headers: { accept: 'application/json', ...request?.headers } })).body) as unknown,
    start,
    signIn: async (query) => send(await start(query)),
    signOut: () => send('/auth/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }),
  }
}

async function exchange(
  app: App,
  path: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
  patience: number,
): Promise<{ res: ServerResponse; answer: Answer }> {
  const sent: Buffer[] = []
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk)
      done()
    },
  })
  const req = new IncomingMessage(socket as never)
  Object.assign(req, { method, url: path, headers, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
  if (body !== undefined) req.push(body)
  req.push(null)
  const res = new ServerResponse(req)
  res.assignSocket(socket as never)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`No answer to ${method} ${path.split('?')[0] ?? ''} within ${String(patience)} ms`))
    }, patience)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    res.once('finish', done).once('close', done)
    app(req, res)
  })
  const text = Buffer.concat(sent).toString('latin1')
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const received = rest.join('\r\n\r\n')
  const location = res.getHeader('location')
  const answer = {
    status: res.statusCode,
    location: location === undefined ? undefined : String(location),
    body: Buffer.from(/^transfer-encoding: chunked/im.test(head) ? joined(received) : received, 'latin1').toString(),
  }
  return { res, answer: res.writableFinished ? answer : { ...answer, status: 0 } }
}

/** The text of a chunked body (RFC 9112 section 7.1). */
function joined(chunked: string): string {
  let text = ''
  for (let at = 0; ;) {
    const start = chunked.indexOf('\r\n', at) + 2
    const size = parseInt(chunked.slice(at, start), 16)
    if (!(size > 0)) return text
    text += chunked.slice(start, start + size)
    at = start + size + 2
  }
}
