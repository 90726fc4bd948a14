import { createHash } from 'node:crypto'
import { htmlReply, type Reply } from '../http.js'
import { escapeHtml, page, personButtons } from '../pages.js'
import { people } from '../people.js'
import { ownerOf, paths, type Context } from './context.js'
import { prefixed } from './message.js'
import { identifierSelect, type AuthenticationRequest } from './request.js'

/** Asks who it is, and whether the relying party may know; `ticket` is what the answer is known by. */
export function chooserPage(context: Context, request: AuthenticationRequest, ticket: string): Reply {
  const { look, origin } = context
  const { identifiers, realm, realmText, extensions } = request
  const isOpen = identifiers === undefined || identifiers.identity === identifierSelect
  const owner = isOpen ? undefined : ownerOf(origin, identifiers.identity)
  if (!isOpen && !owner) return nobodyPage(context, identifiers.identity, ticket)
  const scopes = [...new Set(extensions.flatMap(({ wishes }) => wishes))]
  const among = owner ? [owner] : people
  const body = personButtons({ action: paths.decision, hidden: { ticket }, client: realmText, scopes, among })
  return htmlReply(200, page({ ...look, title: `Sign in to ${realm.url.host}`, body }))
}

function nobodyPage({ look }: Context, identifier: string, ticket: string): Reply {
  const body = `<p>Nobody here has the identifier <strong>${escapeHtml(identifier)}</strong>.</p>
<form method="post" action="${paths.decision}" class="actions">
<input type="hidden" name="ticket" value="${ticket}">
<button name="deny" value="1">Go back</button>
</form>`
  return htmlReply(200, page({ ...look, title: 'That is nobody', body }))
}

/** Tells the person what cannot be told to a relying party, or what concerns them alone. */
export function textPage({ look }: Context, status: number, title: string, text: string, problem?: string): Reply {
  return htmlReply(status, page({ ...look, title, body: `<p>${escapeHtml(text)}</p>` }), problem)
}

/** Sends a message that is too long for an address by a form, which needs no click where scripts run (section 5.2.2). */
export function formPage({ look }: Context, returnTo: string, fields: Readonly<Record<string, string>>): Reply {
  const inputs = prefixed(fields).map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
  const body = `<form method="post" action="${escapeHtml(returnTo)}" accept-charset="utf-8">
${inputs.join('\n')}
<button class="primary">Continue</button>
</form>
<script>${submitScript}</script>`
  const reply = htmlReply(200, page({ ...look, title: 'Going back', body }))
  const hash = createHash('sha256').update(submitScript).digest('base64')
  const policy = `${reply.headers['content-security-policy'] ?? ''}; script-src 'sha256-${hash}'`
  return { ...reply, headers: { ...reply.headers, 'content-security-policy': policy } }
}

const submitScript = 'document.forms[0].submit()'
