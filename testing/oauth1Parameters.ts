import { isFormEncoded, parseFormEncoded } from './forms.js'
import { refuse, type Oauth1Refusal } from './oauth1Problems.js'
import { percentEncode, type Parameter } from './oauth1Signature.js'

/** A request as a server sees it; header names in lower case, as `node:http` gives them. */
export interface Oauth1Request {
  method: string
  /** The request target: path and query, such as `/photos?size=original`. */
  url: string
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  body?: Uint8Array | string
}

/** The parameters of a request, by where they were found, decoded. */
export interface CollectedParameters {
  ok: true
  /** Parameters whose name begins with `oauth_`. */
  protocol: ReadonlyMap<string, string>
  query: readonly Parameter[]
  /** `undefined` when the body is not form encoded. */
  form: readonly Parameter[] | undefined
  /** Everything that takes part in the signature base string. */
  all: readonly Parameter[]
}

/**
 * Collects the parameters of a request from the Authorization header, the query and a form-encoded body
 * (RFC 5849 sections 3.4.1.3.1 and 3.5).
 *
 * @returns the parameters, or a refusal when they are malformed, when a parameter of the protocol is repeated,
 *   or when such parameters stand in more than one place
 */
export function collectParameters(request: Oauth1Request): CollectedParameters | Oauth1Refusal {
  if (!/^\/[\x21-\x7e]*$/.test(request.url)) return rejected('The request target must be a path, properly encoded.')
  const [authorization, contentType] = [single(request.headers['authorization']), single(request.headers['content-type'])]
  if (authorization === undefined || contentType === undefined) return rejected('A header field was sent twice.')
  const header = /^OAuth(?![^ \t])/i.test(authorization) ? parseAuthorizationHeader(authorization.slice('OAuth'.length)) : []
  if (header === undefined) return rejected('The Authorization header is not encoded as RFC 5849 section 3.5.1 asks.')
  const query = parseFormEncoded(request.url.split('?').slice(1).join('?'))
  if (query === undefined) return rejected('The query is not properly encoded.')
  const form = isFormEncoded(contentType) ? parseFormEncoded(Buffer.from(request.body ?? '').toString('latin1')) : []
  if (form === undefined) return rejected('The body is not properly form encoded.')

  const all = [...header, ...query, ...form]
  if (all.length > maximumParameters) return rejected('There are too many parameters.')
  const places = [header, query, form].filter((place) => place.some(isProtocolParameter))
  if (places.length > 1) return rejected('Parameters of the protocol stand in more than one place.')
  const own = all.filter(isProtocolParameter)
  const protocol = new Map(own)
  if (protocol.size < own.length) return rejected('A parameter of the protocol is repeated.', repeatedNames(own))
  return { ok: true, protocol, query, form: isFormEncoded(contentType) ? form : undefined, all }
}

const maximumParameters = 10_000

function parseAuthorizationHeader(text: string): Parameter[] | undefined {
  const parameters: Parameter[] = []
  const pattern = /[ \t]*([^\s=",]+)="((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)/y
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const found = pattern.exec(text)
    if (found === null) return undefined
    const [name, value] = [found[1] ?? '', found[2] ?? '']
    if (name.toLowerCase() === 'realm') continue
    const decoded = [exactlyDecoded(name), exactlyDecoded(value)] as const
    if (decoded[0] === undefined || decoded[1] === undefined) return undefined
    parameters.push([decoded[0], decoded[1]])
  }
  return text.trimEnd().endsWith(',') ? undefined : parameters
}

/** Decodes what was encoded exactly as section 3.6 says: each character has one spelling. */
function exactlyDecoded(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    return percentEncode(decoded) === text ? decoded : undefined
  } catch {
    return undefined
  }
}

function isProtocolParameter([name]: Parameter): boolean {
  return name.startsWith('oauth_')
}

function repeatedNames(parameters: readonly Parameter[]): string[] {
  const names = parameters.map(([name]) => name)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

/** `''` when the header field is absent, `undefined` when it was sent more than once. */
function single(field: string | readonly string[] | undefined): string | undefined {
  if (field === undefined || typeof field === 'string') return field ?? ''
  return field.length > 1 ? undefined : (field[0] ?? '')
}

function rejected(advice: string, parameters: string[] = []): Oauth1Refusal {
  return refuse('parameter_rejected', advice, { parameters })
}
