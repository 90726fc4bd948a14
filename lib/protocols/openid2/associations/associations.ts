import type { Context } from '../../../model/context.js'
import type { ResolvedProvider } from '../../../model/provider.js'
import { type Fields, openid2Namespace } from '../message.js'
import { directRequest } from '../ways.js'
import { startExchange } from './diffieHellman.js'

/** A key that is agreed on with a provider (OpenID Authentication 2.0 section 8). */
export interface Association {
  handle: string
  /** Base64. */
  macKey: string
  /** Of its HMAC. */
  hash: string
  /** Milliseconds since 1970. */
  until: number
}

interface Kind {
  type: string
  session: string
  hash: string
}

const kinds: readonly Kind[] = [
  { type: 'HMAC-SHA256', session: 'DH-SHA256', hash: 'sha256' },
  { type: 'HMAC-SHA1', session: 'DH-SHA1', hash: 'sha1' },
]

/** The hashes of the HMACs that there are (section 6.2). */
export const hashes: ReadonlySet<string> = new Set(kinds.map(({ hash }) => hash))

/** Milliseconds for which one is kept at most, and for which a provider that gave none is not asked again. */
const maxLifetime = 24 * 3600_000
const restAfterFailure = 60_000
/** Milliseconds before its end from which one is not used any more: a login takes a while. */
const margin = 600_000
/** Endpoints of one entry that are remembered. */
const maxEndpoints = 4

interface Known {
  association: Promise<Association | undefined>
  /** Milliseconds since 1970 up to which this holds. */
  until: number
}

// By the entry, or by what was chosen of one, as what is discovered.
const known = new WeakMap<ResolvedProvider, Map<string, Known>>()

/**
 * An association with a provider: made once however many ask, and used until ten minutes before it ends.
 * @returns `undefined` where the provider makes none: its answers are verified by asking it
 */
export function associationWith(context: Context, endpoint: string): Promise<Association | undefined> {
  const { provider, now } = context
  const endpoints = known.get(provider) ?? new Map<string, Known>()
  known.set(provider, endpoints)
  const found = endpoints.get(endpoint)
  if (found && now() < found.until) return found.association
  const entry: Known = { association: associate(context, endpoint), until: now() + restAfterFailure }
  endpoints.set(endpoint, entry)
  const [oldest] = endpoints.keys()
  if (endpoints.size > maxEndpoints && oldest !== undefined) endpoints.delete(oldest)
  void entry.association.then((association) => {
    if (association) entry.until = association.until - margin
  })
  return entry.association
}

/** Lets go of an association that its provider does not know any more (section 11.4.2.2). */
export function forgetAssociation(provider: ResolvedProvider, endpoint: string, handle: string): void {
  const endpoints = known.get(provider)
  const entry = endpoints?.get(endpoint)
  if (!endpoints || !entry) return
  void entry.association.then((association) => {
    if (association?.handle === handle && endpoints.get(endpoint) === entry) endpoints.delete(endpoint)
  })
}

async function associate(context: Context, endpoint: string): Promise<Association | undefined> {
  for (const kind of kinds) {
    const association = await request(context, endpoint, kind).catch(() => undefined)
    if (association) return association
  }
  return undefined
}

async function request(context: Context, endpoint: string, { type, session, hash }: Kind): Promise<Association | undefined> {
  const exchange = startExchange()
  const fields = {
    ns: openid2Namespace,
    mode: 'associate',
    assoc_type: type,
    session_type: session,
    dh_consumer_public: exchange.publicKey,
  }
  const { answer } = await directRequest(context, endpoint, Object.entries(fields))
  // Section 8.2: no other kind than the one that was asked for.
  if (answer?.get('assoc_type') !== type || answer.get('session_type') !== session) return undefined
  const macKey = exchange.open(answer.get('dh_server_public') ?? '', answer.get('enc_mac_key') ?? '', hash)
  return macKey && described(answer, macKey, hash, context.now())
}

function described(answer: Fields, macKey: Buffer, hash: string, now: number): Association | undefined {
  const handle = answer.get('assoc_handle') ?? ''
  const [seconds = '0'] = /^\d{1,9}$/.exec(answer.get('expires_in') ?? '') ?? []
  const lifetime = Number(seconds) * 1000
  if (!/^[\x21-\x7e]{1,255}$/.test(handle) || lifetime <= margin) return undefined
  return { handle, macKey: macKey.toString('base64'), hash, until: now + Math.min(lifetime, maxLifetime) }
}
