import { AuthError } from '../../lib/base/errors.js'
import { isLoopbackHost } from '../../lib/base/loopback.js'
import { sha256 } from '../../lib/base/random.js'
import type { Settings } from '../../lib/config/settings.js'
import { headerOf, type Request } from './host.js'

/** Where a request reached the application, as seen from outside. */
export interface PublicUrl {
  /** Scheme, host and path of the application, without a slash at the end. */
  baseUrl: string
  origin: string
  secure: boolean
  /** Path of authrouter's routes as seen from outside, such as `/account/auth`. */
  mountPath: string
}

/**
 * Where the application is reached from outside. Headers that a visitor or a proxy writes never decide it: they only pick from the configured
 * list, and stand in for it on loopback in development. A request of the application's own, a health check by address among them, is
 * answered by the first of the configured addresses where its own is unknown.
 *
 * @param mounted `mountedAt` of the request as it came to authrouter
 */
export function publicUrlOf(req: Request, settings: PublicUrlSettings, mounted: string): PublicUrl {
  return publicUrlAt(knownBaseUrl(req, settings.baseUrls) ?? settings.baseUrls[0] ?? 'http://localhost', mounted, settings)
}

/**
 * The same for a request for one of authrouter's routes, which leads nowhere else.
 * @throws AuthError `bad_request` when it is for none of the configured addresses
 */
export function publicUrlOfRoute(req: Request, settings: PublicUrlSettings): PublicUrl {
  return publicUrlAt(baseUrlOf(req, settings.baseUrls), mountedAt(req), settings)
}

type PublicUrlSettings = Pick<Settings, 'baseUrls' | 'path'>

export function publicUrlAt(baseUrl: string, mounted: string, { path: prefix }: PublicUrlSettings): PublicUrl {
  const { origin, secure, path } = partsOf(baseUrl)
  return { baseUrl, origin, secure, mountPath: externalPath(mounted, path) + prefix }
}

/** Stands for a public address and the routes below it: what an account is bound to where the same slug may be another's elsewhere. */
export function addressDigest({ origin, mountPath }: Pick<PublicUrl, 'origin' | 'mountPath'>): string {
  return sha256(origin + mountPath).slice(0, 16)
}

interface Parts { origin: string; host: string; secure: boolean; path: string }

// Every request asks for the parts of the same few addresses. In development the visitor's Host header is one, so there is an end.
const parsed = new Map<string, Parts>()
const mostParsed = 100

function partsOf(baseUrl: string): Parts {
  let parts = parsed.get(baseUrl)
  if (!parts) {
    const { origin, host, pathname, protocol } = new URL(baseUrl)
    parts = { origin, host, secure: protocol === 'https:', path: pathname.replace(/\/$/, '') }
    if (parsed.size >= mostParsed) parsed.clear()
    parsed.set(baseUrl, parts)
  }
  return parts
}

const unknownAddress = { origin: undefined, host: undefined }

function knownBaseUrl(req: Request, baseUrls: readonly string[]): string | undefined {
  const [only, ...others] = baseUrls
  if (only !== undefined && others.length === 0) return only
  const asked = `${isSecure(req) ? 'https' : 'http'}://${(baseUrls.length > 0 ? hostOf(req) : headerOf(req, 'host')) ?? ''}`
  const { origin, host } = URL.canParse(asked) ? new URL(asked) : unknownAddress
  if (baseUrls.length > 0) {
    // A proxy that decrypts and is not trusted leaves the Host header and hides the scheme: the list has that, too.
    return baseUrls.find((candidate) => partsOf(candidate).origin === origin) ?? baseUrls.find((candidate) => partsOf(candidate).host === host)
  }
  return origin !== undefined && isLoopbackHost(new URL(origin).hostname) ? origin : undefined
}

function baseUrlOf(req: Request, baseUrls: readonly string[]): string {
  const known = knownBaseUrl(req, baseUrls)
  if (known !== undefined) return known
  throw new AuthError('bad_request', baseUrls.length === 0
    ? 'This host is not known here. Set the option baseUrl to the address that the application is reached at.'
    : 'This host is not one of those that the application is reached at.')
}

/**
 * The host that a visitor asked for, with its port: what a proxy says it was where Express's `trust proxy` covers that proxy, as
 * `req.secure` has the scheme. Express has no getter of its own that does this and keeps the port in both of its versions.
 */
export function hostOf(req: Request): string | undefined {
  const forwarded = headerOf(req, 'x-forwarded-host')
  if (forwarded === undefined) return headerOf(req, 'host')
  const trusts = req.app?.get('trust proxy fn') as ((address: string | undefined, hop: number) => unknown) | undefined
  if (!trusts?.(req.socket.remoteAddress, 0)) return headerOf(req, 'host')
  // Each proxy on the way may have added one; the first is the one that the visitor spoke to.
  return forwarded.split(',')[0]?.trim()
}

// Express says whether the connection was encrypted, behind a proxy only when its "trust proxy" covers the peer.
function isSecure(req: Request): boolean {
  return req.secure ?? ('encrypted' in req.socket && req.socket.encrypted === true)
}

/** The part of the path that a framework took away before it called this middleware. */
export function mountedAt(req: Request): string {
  if (req.baseUrl !== undefined) return req.baseUrl
  const original = pathOf(req.originalUrl ?? req.url ?? '/')
  const inner = pathOf(req.url ?? '/')
  if (original === inner || !original.endsWith(inner)) return inner === '/' && original !== '/' ? original : ''
  return original.slice(0, original.length - inner.length)
}

// A proxy may take the base path away, or leave it in place; either way it is there once.
function externalPath(mounted: string, basePath: string): string {
  return mounted === basePath || mounted.startsWith(`${basePath}/`) ? mounted : basePath + mounted
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark)
}
