import { htmlReply, type Reply } from '../http.js'
import { escapeHtml, page } from '../pages.js'
import { avatar, people, type Person } from '../people.js'
import { identifierOf, paths, type Context } from './context.js'
import { extensionNamespaces } from './extensions/index.js'
import { openid2Namespace } from './message.js'

/**
 * Answers for the provider's identifier and for the persons' (OpenID Authentication 2.0 section 7.3): with the XRDS document for who asks for
 * it by `Accept`, else with a page that says where it is.
 *
 * @returns `undefined` for any other path
 */
export function answerDiscovery(context: Context, path: string, accept: string): Reply | undefined {
  const { origin } = context
  if (path === paths.xrds) return xrdsReply(context)
  if (path === paths.identifier) return prefersXrds(accept) ? xrdsReply(context) : providerPage(context)
  const [, username, isDocument] = /^\/people\/([^/]+)(\/xrds)?$/.exec(path) ?? []
  const person = people.find((one) => one.username === username)
  if (!person) return undefined
  return isDocument !== undefined || prefersXrds(accept) ? xrdsReply(context, identifierOf(origin, person)) : personPage(context, person)
}

function providerPage(context: Context): Reply {
  const body = '<p>Type the address of this page where an application asks for your OpenID.</p>'
  return pageThatPoints(context, context.origin + paths.xrds, { title: context.look.brand, body })
}

/** A person's page, with what HTML-based discovery looks for (section 7.3.3). */
function personPage(context: Context, person: Person): Reply {
  const identifier = identifierOf(context.origin, person)
  const head = `<link rel="openid2.provider" href="${escapeHtml(context.origin + paths.endpoint)}">
<link rel="openid2.local_id" href="${escapeHtml(identifier)}">`
  const body = `<p class="person"><span class="picture" aria-hidden="true">${avatar(person)}</span>
<span class="who"><span>@${escapeHtml(person.username)}</span><small>${escapeHtml(identifier)}</small></span></p>`
  return pageThatPoints(context, `${identifier}/xrds`, { title: person.name, body, head })
}

/** A page that says where its XRDS document is, in both ways that Yadis 1.0 knows. */
function pageThatPoints(
  { look }: Context,
  location: string,
  { head = '', ...shown }: { title: string; body: string; head?: string },
): Reply {
  const meta = `<meta http-equiv="X-XRDS-Location" content="${escapeHtml(location)}">`
  const reply = htmlReply(200, page({ ...look, ...shown, head: `${meta}\n${head}` }))
  return { ...reply, headers: { ...reply.headers, vary: 'accept', 'x-xrds-location': location } }
}

/** The document of one person's identifier, or of the provider's own where none is named. */
function xrdsReply({ origin }: Context, identifier?: string): Reply {
  const types = [`${openid2Namespace}/${identifier === undefined ? 'server' : 'signon'}`, ...extensionNamespaces]
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)">
  <XRD>
    <Service priority="0">
${types.map((type) => `      <Type>${escapeHtml(type)}</Type>`).join('\n')}
      <URI>${escapeHtml(origin + paths.endpoint)}</URI>
${identifier === undefined ? '' : `      <LocalID>${escapeHtml(identifier)}</LocalID>\n`}    </Service>
  </XRD>
</xrds:XRDS>
`
  return { status: 200, headers: { 'content-type': 'application/xrds+xml', 'cache-control': 'no-store', vary: 'accept' }, body }
}

/** Whether XRDS is named in `Accept`, and is wanted no less than HTML; `*` means a page. */
function prefersXrds(accept: string): boolean {
  const wanted = qualityOf('application/xrds+xml', accept)
  return wanted > 0 && wanted >= qualityOf('text/html', accept)
}

function qualityOf(type: string, accept: string): number {
  const [range] = accept.split(',').filter((one) => one.split(';')[0]?.trim().toLowerCase() === type)
  return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1)
}
