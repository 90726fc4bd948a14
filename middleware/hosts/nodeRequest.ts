import onHeaders from 'on-headers'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { HostRequest, RequestSession, ResponseCookies } from '../http/host.js'
import type { Parameters } from '../http/parameters.js'
import { pathOf } from '../http/publicUrl.js'
import type { Reply } from '../http/reply.js'
import { ExpressSession } from './expressSession/expressSession.js'
import { bodyParameters } from './nodeBody.js'
import { sendReply } from './nodeReply.js'
import type { Request, Response } from './nodeTypes.js'
import { sessionStoreRecords } from './expressSession/sessionStoreRecords.js'

/**
 * A request of Express, Connect or node:http with its response. A class that copies nothing, because every request of a signed-in user
 * makes one.
 * @param mountPath `mountedAt` of the request as it came to authrouter: routers further in change the address that it stands at
 */
export class NodeRequest implements HostRequest, ResponseCookies {
  #session: ExpressSession | undefined

  constructor(
    readonly native: Request,
    readonly nativeResponse: Response,
    readonly mountPath: string,
  ) {}

  get method(): string {
    return this.native.method ?? 'GET'
  }
  get target(): string {
    return this.native.originalUrl ?? this.native.url ?? '/'
  }
  get url(): string {
    return this.native.url ?? '/'
  }
  // Express says whether the connection was encrypted, behind a proxy only when its "trust proxy" covers the peer.
  get secure(): boolean {
    return this.native.secure ?? ('encrypted' in this.native.socket && this.native.socket.encrypted === true)
  }
  get host(): string | undefined {
    return hostOf(this)
  }
  get sessionId(): string | undefined {
    return this.native.sessionID
  }

  header(name: string): string | undefined {
    const value = this.native.headers[name]
    return typeof value === 'string' ? value : undefined
  }

  form(): Promise<Parameters> {
    return bodyParameters(this.native)
  }

  session(): RequestSession | undefined {
    const { session } = this.native
    return typeof session === 'object' && session !== null ? (this.#session ??= new ExpressSession(this.native)) : undefined
  }

  tokenRecords(): TokenStore | undefined {
    return sessionStoreRecords(this.native)
  }
  answer(reply: Reply): void {
    sendReply(this.nativeResponse, reply)
  }

  get cookies(): ResponseCookies {
    return this
  }
  get isOpen(): boolean {
    return !this.nativeResponse.headersSent
  }

  // One line a cookie: a later value of this response replaces an earlier one.
  set(name: string, line: string): void {
    this.nativeResponse.setHeader('set-cookie', [...this.#others(name), line])
  }

  withdraw(name: string): void {
    const others = this.#others(name)
    if (others.length > 0) this.nativeResponse.setHeader('set-cookie', others)
    else this.nativeResponse.removeHeader('set-cookie')
  }

  beforeSent(run: () => void): void {
    onHeaders(this.nativeResponse, run)
  }

  /** What this response says of other cookies. */
  #others(name: string): string[] {
    return [this.nativeResponse.getHeader('set-cookie') ?? []]
      .flat()
      .map(String)
      .filter((line) => !line.startsWith(`${name}=`))
  }
}

/** The part of the path that a framework took away before it called this middleware. */
export function mountedAt(req: Request): string {
  if (req.baseUrl !== undefined) return req.baseUrl
  const original = pathOf(req.originalUrl ?? req.url ?? '/')
  const inner = pathOf(req.url ?? '/')
  if (original === inner || !original.endsWith(inner)) return inner === '/' && original !== '/' ? original : ''
  return original.slice(0, original.length - inner.length)
}

/**
 * The host that a visitor asked for, with its port: what a proxy says it was where Express's `trust proxy` covers that proxy, as
 * `req.secure` has the scheme. Express has no getter of its own that does this and keeps the port in both of its versions.
 */
function hostOf(request: NodeRequest): string | undefined {
  const forwarded = request.header('x-forwarded-host')
  if (forwarded === undefined) return request.header('host')
  const { app, socket } = request.native
  const trusts = app?.get('trust proxy fn') as ((address: string | undefined, hop: number) => unknown) | undefined
  if (!trusts?.(socket.remoteAddress, 0)) return request.header('host')
  // Each proxy on the way may have added one; the first is the one that the visitor spoke to.
  return forwarded.split(',')[0]?.trim()
}
