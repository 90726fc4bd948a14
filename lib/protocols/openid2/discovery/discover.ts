import { AuthError } from '../../../base/errors.js'
import { inTurn } from '../../../endpoints/authorization/callsUnderWay.js'
import type { Context } from '../../../model/context.js'
import type { ResolvedProvider } from '../../../model/provider.js'
import { isUsable } from '../ways.js'
import { type Document, documentFetcher, type FetchDocument, resolved, undiscovered } from './documents.js'
import { readHead } from './html.js'
import { maxServices, type Service } from './service.js'
import { readXrds } from './xrds.js'

/** What an identifier leads to. */
export interface Discovered {
  /** The identifier as it is in the end, after redirects (OpenID Authentication 2.0 section 7.2). */
  identifier: string
  /** At least one. */
  services: readonly Service[]
}

const xrdsType = 'application/xrds+xml'
const pageTypes = 'text/html, application/xhtml+xml'

/**
 * Discovery by Yadis and, where that finds no service, by HTML (OpenID Authentication 2.0 section 7.3; Yadis 1.0): no more than ten
 * requests and five seconds.
 *
 * @param identifier a URL without fragment
 * @throws AuthError `discovery_failed`, with the `reason`
 */
export async function discover(context: Context, identifier: string): Promise<Discovered> {
  const { slug } = context
  try {
    const fetch = documentFetcher(context)
    const mayLeadTo = context.admits ?? (() => true)
    const page = await fetch(identifier, { accept: `${xrdsType}, ${pageTypes};q=0.5`, mayLeadTo })
    const services = usable(context, await servicesAt(fetch, page, (accept) => fetch(identifier, { accept, mayLeadTo })))
    if (services.length === 0) throw undiscovered(slug, 'services')
    return { identifier: page.address, services }
  } catch (cause) {
    // Whatever it was, from an address that somebody typed: only the log is told.
    if (cause instanceof AuthError && cause.code === 'discovery_failed' && cause.reason !== undefined) throw cause
    throw undiscovered(slug, 'unreachable', cause)
  }
}

async function servicesAt(fetch: FetchDocument, page: Document, fetchPage: (accept: string) => Promise<Document>): Promise<Service[]> {
  if (page.type === xrdsType) {
    const services = await readXrds(page.text)
    if (services && services.length > 0) return services
    const other = await fetchPage(pageTypes)
    return other.type === xrdsType || other.address !== page.address ? [] : ofHead(await readHead(other.text), other)
  }
  const head = await readHead(page.text)
  const location = page.xrdsLocation ?? head.xrdsLocation
  const services = location === undefined ? undefined : await servicesOfDocument(fetch, resolved(location, page.address))
  return services && services.length > 0 ? services : ofHead(head, page)
}

/** @returns `undefined` where there is none that can be read: HTML has a say then (section 7.3) */
async function servicesOfDocument(fetch: FetchDocument, address: string | undefined): Promise<Service[] | undefined> {
  if (address === undefined) return undefined
  const document = await fetch(address, { accept: xrdsType }).catch(() => undefined)
  return document && (await readXrds(document.text))
}

function ofHead({ endpoint, localId }: Awaited<ReturnType<typeof readHead>>, { address }: Document): Service[] {
  const at = endpoint === undefined ? undefined : resolved(endpoint, address)
  return at === undefined ? [] : [{ endpoint: at, isProvider: false, ...(localId === undefined ? {} : { localId }) }]
}

function usable(context: Context, services: readonly Service[]): Service[] {
  return services
    .filter(({ endpoint, localId = '' }) => isUsable(context, endpoint) && localId.length <= maxIdentifier)
    .slice(0, maxServices)
}

const maxIdentifier = 255

/** Milliseconds for which an identifier is not looked up again at the start of a login. */
const freshFor = 300_000

interface Known {
  found: Promise<Discovered>
  since: number
}

// By the entry, or by what was chosen of one: these are bounded, and go when nobody uses them any more.
const known = new WeakMap<ResolvedProvider, Known>()

/**
 * What the identifier of an entry leads to: looked up once however many ask, and kept for five minutes. A failure is not kept.
 * @throws AuthError `discovery_failed`
 */
export function discoverEntry(context: Context, identifier: string): Promise<Discovered> {
  const { provider, now } = context
  const entry = known.get(provider)
  if (entry && now() - entry.since < freshFor) return entry.found
  // Users type identifiers: a flood of them must not become a flood of calls.
  const found = inTurn(new URL(identifier).origin, () => discover(context, identifier))
  known.set(provider, { found, since: now() })
  found.catch(() => {
    if (known.get(provider)?.found === found) known.delete(provider)
  })
  return found
}
