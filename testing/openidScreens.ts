import type { Provider } from 'oidc-provider'
import { avatar, projects, type Person } from './people.js'
import { escapeHtml, page, personButtons } from './pages.js'

/** A request under way in the server, which is a Koa application. */
export type Context = ReturnType<Provider['createContext']>

/** What the provider is called, and its colour in CSS. */
export interface Look {
  brand: string
  color: string
}

/** The screen that signs in and consents in one step. */
export function chooserScreen(ctx: Context, look: Look, client: string, scopes: string[]): void {
  show(ctx, look, 'Choose an account', personButtons({ action: ctx.path, hidden: {}, client, scopes }))
}

/** The screen that asks before the session at the provider ends; `form` is the server's own, named `op.logoutForm`. */
export function logoutScreen(ctx: Context, look: Look, form: string): void {
  show(
    ctx,
    look,
    `Sign out of ${look.brand}?`,
    `<p>You are signed in here too, not only at the application you come from.</p>
${form}
<div class="actions">
<button class="primary" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="quiet" form="op.logoutForm">Stay signed in</button>
</div>`,
  )
}

/** The screen after signing out, for an application that named no page to return to. */
export function loggedOutScreen(ctx: Context, look: Look): void {
  show(ctx, look, 'You are signed out', '<p>You can close this page.</p>')
}

/** The screen for what cannot be told to the application, such as a redirect URI that is not registered. */
export function errorScreen(ctx: Context, look: Look, error: string, description: string): void {
  show(
    ctx,
    look,
    'This did not work',
    `<p>Please go back to the application and start again.</p>
<p class="detail"><code>${escapeHtml(error)}</code>: ${escapeHtml(description)}</p>`,
  )
}

/** A person's public page, the target of the `profile` claim. */
export function profileScreen(ctx: Context, look: Look, person: Person): void {
  const items = projects(person).map(
    (project) => `<li><strong>${escapeHtml(project.name)}</strong> · ${project.stars} stars<br>
${escapeHtml(project.description)}</li>`,
  )
  show(
    ctx,
    look,
    person.name,
    `<p class="person"><span class="picture" aria-hidden="true">${avatar(person)}</span>
<span class="who"><span>@${escapeHtml(person.username)}</span><small>${items.length} projects</small></span></p>
<ul class="plain">${items.join('')}</ul>`,
  )
}

function show(ctx: Context, look: Look, title: string, body: string): void {
  ctx.set('Content-Security-Policy', contentSecurityPolicy)
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.type = 'html'
  ctx.body = page({ title, ...look, body })
}

// No form-action: browsers apply it to the redirect that follows too, which leads back to the application.
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')
