import { avatar, people, type Person } from './people.js'

/**
 * Renders a page of a demo identity provider: a whole HTML document with one card, and nothing loaded from elsewhere.
 *
 * @param options `title` is the heading, `brand` the provider's name and `color` its colour (CSS), all plain text;
 *   `body` is HTML and goes in as it is, like `head`, which is added to the document's: escape what comes from outside with `escapeHtml`
 */
export function page(options: { title: string; brand: string; color: string; body: string; head?: string }): string {
  const title = escapeHtml(options.title)
  const brand = escapeHtml(options.brand)
  return `<!doctype html>
<html lang="en" style="--brand: ${escapeHtml(options.color)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${brand}</title>
<link rel="icon" href="data:,">
${options.head ?? ''}<style>${stylesheet}</style>
</head>
<body>
<main>
<header><span class="mark" aria-hidden="true">${escapeHtml(options.brand.charAt(0))}</span><span>${brand}</span></header>
<h1>${title}</h1>
${options.body}
</main>
<footer>A demo identity provider: invented people, no passwords.</footer>
</body>
</html>
`
}

/** Makes a text safe inside HTML, both between tags and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * Renders the form that signs in and consents in one step: a button for each person, and one to cancel.
 *
 * @param options `action` is where the form is posted, with `hidden` as further fields and `person` (a person's id);
 *   `denyAction` is where `deny=1` is posted, if not to `action`; `client` is the application's name; `scopes` is what it
 *   asks for, and `among` are those who can be chosen, if not all
 */
export function personButtons(options: {
  action: string
  hidden: Record<string, string>
  denyAction?: string
  client: string
  scopes: string[]
  among?: readonly Person[]
}): string {
  const fields = Object.entries(options.hidden).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  const choices = (options.among ?? people).map(
    (person) => `<button class="person" name="person" value="${escapeHtml(person.id)}">
<span class="picture" aria-hidden="true">${avatar(person)}</span>
<span class="who"><strong>Continue as ${escapeHtml(person.name)}</strong><small>${escapeHtml(person.email)}</small></span>
</button>`,
  )
  const denyAction = options.denyAction === undefined ? '' : ` formaction="${escapeHtml(options.denyAction)}"`
  return `${scopeList(options.client, options.scopes)}
<form method="post" action="${escapeHtml(options.action)}">
${fields.join('\n')}
${choices.join('\n')}
<button class="quiet" name="deny" value="1"${denyAction}>Cancel</button>
</form>`
}

function scopeList(client: string, scopes: string[]): string {
  const name = `<strong>${escapeHtml(client)}</strong>`
  if (scopes.length === 0) return `<p>${name} would like to know who you are.</p>`
  const items = scopes.map((scope) => `<li>${escapeHtml(scopeTexts.get(scope) ?? scope)}</li>`)
  return `<p>${name} would like to</p>\n<ul>${items.join('')}</ul>`
}

const scopeTexts = new Map([
  ['openid', 'know that it is you'],
  ['profile', 'see your name, username and picture'],
  ['email', 'see your e-mail address'],
  ['projects', 'see and create your projects'],
  ['offline_access', 'stay signed in while you are away'],
])

const stylesheet = `
:root { color-scheme: light dark; --paper: #fff; --ground: #f3f4f6; --ink: #111827; --soft: #6b7280; --line: #e5e7eb;
  --hover: #f9fafb }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1f27; --ground: #0f1217; --ink: #f3f4f6; --soft: #9ca3af; --line: #333a46; --hover: #242a35 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; padding: 24px 16px; background: var(--ground); color: var(--ink);
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 20px;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { position: relative; overflow: hidden; width: 100%; max-width: 420px; padding: 36px 32px 32px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 16px; box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 12px 32px rgb(0 0 0 / 8%) }
main::before { content: ""; position: absolute; inset: 0 0 auto; height: 4px; background: var(--brand) }
main:has(.quiet) { padding-bottom: 20px }
header { display: flex; align-items: center; gap: 10px; font-weight: 600 }
.mark { display: grid; place-items: center; width: 32px; height: 32px; border-radius: 9px; background: var(--brand); color: #fff }
h1 { margin: 20px 0 8px; font-size: 24px; line-height: 1.25; letter-spacing: -0.01em }
p { margin: 0 0 8px }
ul { margin: 0 0 20px; padding: 0; list-style: none; color: var(--soft); font-size: 15px }
li { padding: 3px 0 3px 28px }
li strong { color: var(--ink) }
ul:not(.plain) li { position: relative }
ul:not(.plain) li::before { content: ""; position: absolute; left: 8px; top: 7px; width: 6px; height: 11px;
  border: solid var(--brand); border-width: 0 2px 2px 0; transform: rotate(45deg) }
.plain { margin: 16px 0 0 }
.plain li { padding: 10px 0; border-top: 1px solid var(--line) }
.detail { color: var(--soft); font-size: 14px }
form, .actions { display: grid; gap: 10px }
main > :last-child { margin-bottom: 0 }
.actions { margin-top: 20px }
button { padding: 12px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); color: inherit;
  font: inherit; cursor: pointer; transition: background .15s, border-color .15s }
button:hover { background: var(--hover); border-color: var(--brand) }
button:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
.person { display: flex; align-items: center; gap: 14px; text-align: left }
.picture svg { display: block; width: 40px; height: 40px }
.who { display: grid; min-width: 0 }
.who strong { font-weight: 600 }
.who small { color: var(--soft); overflow: hidden; text-overflow: ellipsis }
.primary { background: var(--brand); border-color: var(--brand); color: #fff; font-weight: 600 }
.primary:hover { background: var(--brand); filter: brightness(1.1) }
.quiet { border-color: transparent; background: none; color: var(--soft) }
.quiet:hover { color: var(--ink); border-color: transparent }
footer { max-width: 420px; color: var(--soft); font-size: 13px; text-align: center; text-wrap: balance }
@media (max-width: 480px) {
  body { justify-content: flex-start }
  main { padding: 28px 20px 20px }
  .person { gap: 12px; padding: 12px }
  .who strong { font-size: 15px }
}
`
