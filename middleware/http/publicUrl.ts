import { AuthError } from '../../lib/base/errors.js'
import { isLoopbackHost } from '../../lib/base/loopback.js'
import { sha256 } from '../../lib/base/random.js'
import type { Settings } from '../../lib/config/settings.js'
import type { HostRequest } from './host.js'

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
 */
export function publicUrlOf(host: HostRequest, settings: PublicUrlSettings): PublicUrl {
  return publicUrlAt(knownBaseUrl(host, settings.baseUrls) ?? settings.baseUrls[0] ?? 'http://localhost', host.mountPath, settings)
}

/**
 * The same for a request for one of authrouter's routes, which leads nowhere else.
 * @throws AuthError `bad_request` when it is for none of the configured addresses
 */
export function publicUrlOfRoute(host: HostRequest, settings: PublicUrlSettings): PublicUrl {
  return publicUrlAt(baseUrlOf(host, settings.baseUrls), host.mountPath, settings)
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

interface Parts {
  origin: string
  host: string
  secure: boolean
  path: string
}

// Every request asks for the parts of the same few addresses. In development the visitor's Host header is one, so there is an end.
const parsed = new Map<string, Parts>()
const maxParsed = 100

function partsOf(baseUrl: string): Parts {
  let parts = parsed.get(baseUrl)
  if (!parts) {
    const { origin, host, pathname, protocol } = new URL(baseUrl)
    parts = { origin, host, secure: protocol === 'https:', path: pathname.replace(/\/$/, '') }
    if (parsed.size >= maxParsed) parsed.clear()
    parsed.set(baseUrl, parts)
  }
  return parts
}

const unknownAddress = { origin: undefined, host: undefined }

function knownBaseUrl(host: HostRequest, baseUrls: readonly string[]): string | undefined {
  const [only, ...others] = baseUrls
  if (only !== undefined && others.length === 0) return only
  const asked = `${host.secure ? 'https' : 'http'}://${(baseUrls.length > 0 ? host.host : host.header('host')) ?? ''}`
  const { origin, host: askedHost } = URL.canParse(asked) ? new URL(asked) : unknownAddress
  if (baseUrls.length > 0) {
    // A proxy that decrypts and is not trusted leaves the Host header and hides the scheme: the list has that, too.
    return (
      baseUrls.find((candidate) => partsOf(candidate).origin === origin)
      ?? baseUrls.find((candidate) => partsOf(candidate).host === askedHost)
    )
  }
  return origin !== undefined && isLoopbackHost(new URL(origin).hostname) ? origin : undefined
}

function baseUrlOf(host: HostRequest, baseUrls: readonly string[]): string {
  const known = knownBaseUrl(host, baseUrls)
  if (known !== undefined) return known
  throw new AuthError(
    'bad_request',
    baseUrls.length === 0
      ? 'This host is not known here. Set the option baseUrl to the address that the application is reached at.'
      : 'This host is not one of those that the application is reached at.',
  )
}

// A proxy may take the base path away, or leave it in place; either way it is there once.
function externalPath(mounted: string, basePath: string): string {
  return mounted === basePath || mounted.startsWith(`${basePath}/`) ? mounted : basePath + mounted
}

/**
 * The path of a request as it is below the base URL.
 * @param mounted the part that a framework took away, where a proxy may have left the base path in it
 * @param path below `mounted`
 */
export function pathBelowBase(mounted: string, path: string, baseUrls: readonly string[]): string {
  if (mounted === '') return path
  const base =
    baseUrls.map((baseUrl) => partsOf(baseUrl).path).find((item) => item !== '' && (mounted === item || mounted.startsWith(`${item}/`)))
    ?? ''
  return mounted.slice(base.length) + path
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark)
}
