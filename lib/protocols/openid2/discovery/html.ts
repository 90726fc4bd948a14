import { EndOfReading, loadSax, readThrough } from './sax.js'

/** What the head of a page says. */
export interface Head {
  /** Where the XRDS document is (Yadis 1.0 section 6.2.5). */
  xrdsLocation?: string
  /** `openid2.provider` and `openid2.local_id` (OpenID Authentication 2.0 section 7.3.3). */
  endpoint?: string
  localId?: string
}

const maxElements = 500

// These have no end tag, and nothing inside.
const voids = new Set(['meta', 'link', 'base'])
const ofHead = new Set([...voids, 'title', 'style', 'script', 'noscript', 'template'])

/**
 * What the head of a page says about OpenID 2.0, and nothing that stands elsewhere: in the body of a page others may write. The first of
 * each counts; reading ends with the head.
 */
export async function readHead(text: string): Promise<Head> {
  const { parser: create } = await loadSax()
  const parser = create(false, { lowercase: true, position: false })
  const head: Head = {}
  let elements = 0
  let path: string[] = []
  const end = (): never => {
    throw new EndOfReading()
  }
  parser.onerror = end
  parser.onopentag = ({ name, attributes }) => {
    if (++elements > maxElements) end()
    if (path.length === 0 && name === 'html') path = ['html']
    else if (path.length === 1 && name === 'head') path = ['html', 'head']
    else if (path.length === 2 && voids.has(name)) read(head, name, attributes as Record<string, string>)
    else if (path.length === 2 && ofHead.has(name)) path = [...path, name]
    // Inside of a title or a script, markup is text to a browser; anywhere else the head is over.
    else if (path.length < 3) end()
  }
  parser.onclosetag = (name) => {
    if (path.length === 3 && name === path[2]) path = path.slice(0, 2)
    else if (name === 'head' || name === 'html') end()
  }
  readThrough(parser, text)
  return head
}

function read(head: Head, name: string, attributes: Readonly<Record<string, string>>): void {
  const { 'http-equiv': equivalent = '', content, rel = '', href } = attributes
  if (name === 'meta' && content !== undefined && equivalent.trim().toLowerCase() === 'x-xrds-location')
    head.xrdsLocation ??= content.trim()
  if (name !== 'link' || href === undefined) return
  const relations = rel.toLowerCase().split(/\s+/)
  if (relations.includes('openid2.provider')) head.endpoint ??= href.trim()
  if (relations.includes('openid2.local_id')) head.localId ??= href.trim()
}
