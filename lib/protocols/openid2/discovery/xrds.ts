import { openid2Namespace } from '../message.js'
import { EndOfReading, loadSax, readThrough } from './sax.js'
import type { Service } from './service.js'

const xrdNamespace = 'xri://$xrd*($v*2.0)'
const documentNamespace = 'xri://$xrds'
const types = { provider: `${openid2Namespace}/server`, user: `${openid2Namespace}/signon` }

// The five entities of XML and no others, which is more than the types of the package know.
const parserOptions = { xmlns: true, strictEntities: true, position: false }

const maxElements = 10_000
const maxDepth = 16
/** Characters of a type or an address. */
const maxText = 2048
const maxListed = 200

interface Listed<Value> {
  value: Value
  priority: number
}

/** A service as the document has it. */
interface Described {
  types: string[]
  uris: Listed<string>[]
  localId?: string
}

/**
 * The OpenID 2.0 services of an XRDS document, those of a provider first, each group by priority (section 7.3.2; Yadis 1.0 section 6).
 * Services of OpenID 1 are left out. Of several descriptors the last one counts, as in XRI Resolution 2.0.
 *
 * @returns `undefined` for what is no such document, has a DOCTYPE, or is larger than any such document
 */
export async function readXrds(text: string): Promise<Service[] | undefined> {
  const { parser: create } = await loadSax()
  const parser = create(true, parserOptions)
  const path: string[] = []
  let services: Listed<Described>[] = []
  let elements = 0
  let leaf = ''
  let priority = Infinity
  const refuse = (): never => {
    throw new EndOfReading()
  }
  parser.onerror = refuse
  parser.ondoctype = refuse
  parser.onopentag = (tag) => {
    const { uri, local, attributes } = tag as { uri: string; local: string; attributes: Record<string, { value: string } | undefined> }
    path.push(`${nameOf(uri)}${local}`)
    if (++elements > maxElements || path.length > maxDepth || (path.length === 1 && path[0] !== 'xrds:XRDS')) refuse()
    leaf = ''
    priority = priorityOf(attributes['priority']?.value)
    if (isAt(path, ['xrd:XRD'])) services = []
    if (!isAt(path, ['xrd:XRD', 'xrd:Service'])) return
    if (services.length === maxListed) refuse()
    services.push({ priority, value: { types: [], uris: [] } })
  }
  const collect = (part: string): void => {
    if (path.length === 4 && leaf.length + part.length <= maxText) leaf += part
  }
  parser.ontext = collect
  parser.oncdata = collect
  parser.onclosetag = () => {
    const service = services.at(-1)?.value
    if (service && isAt(path.slice(0, 3), ['xrd:XRD', 'xrd:Service'])) addTo(service, path[3], leaf.trim(), priority)
    path.pop()
  }
  return readThrough(parser, text) && elements > 0 ? servicesOf(inOrder(services)) : undefined
}

function nameOf(uri: string): string {
  return uri === xrdNamespace ? 'xrd:' : uri === documentNamespace ? 'xrds:' : ':'
}

/** Whether an element stands at such a place below the root. */
function isAt([, ...below]: readonly string[], names: readonly string[]): boolean {
  return below.length === names.length && names.every((name, index) => below[index] === name)
}

function addTo(service: Described, name: string | undefined, text: string, priority: number): void {
  if (service.types.length + service.uris.length > maxListed) return
  if (name === 'xrd:Type') service.types.push(text)
  if (name === 'xrd:URI') service.uris.push({ value: text, priority })
  if (name === 'xrd:LocalID') service.localId ??= text
}

/** A whole number; the lower, the sooner, and none comes last (XRI Resolution 2.0 section 4.3.3). */
function priorityOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : Infinity
}

function inOrder<Value>(listed: readonly Listed<Value>[]): Value[] {
  // As a difference, two that come last would be no number.
  return [...listed].sort((a, b) => (a.priority === b.priority ? 0 : a.priority < b.priority ? -1 : 1)).map(({ value }) => value)
}

function servicesOf(described: readonly Described[]): Service[] {
  const of = (type: string, isProvider: boolean): Service[] =>
    described
      .filter((service) => service.types.includes(type))
      .flatMap(({ uris, localId }) =>
        inOrder(uris).map((endpoint) => ({ endpoint, isProvider, ...(localId === undefined || isProvider ? {} : { localId }) })),
      )
  return [...of(types.provider, true), ...of(types.user, false)]
}
