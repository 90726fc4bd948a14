import type { AuthUser } from 'authrouter'
import { html, type Html } from './html.js'
import { page, type User } from './layout.js'
import { titleOf, type ProviderLink } from './links.js'

const protocolNames: Record<string, string> = { oidc: 'OpenID Connect', oauth2: 'OAuth 2.0', oauth1: 'OAuth 1.0a' }

/** The first page: who you are, or the way to the sign-in page, which is authrouter's own. */
export function homePage({ user, providers }: { user: User; providers: readonly ProviderLink[] }): string {
  return page('Welcome', user, user ? welcome(user, providers) : invitation(providers))
}

function invitation(providers: readonly ProviderLink[]): Html {
  return html`<h1>One middleware, any sign-in</h1>
    <p class="lead">
      Sign in to see your profile and the data of your account. The Example providers run inside this program: no account and no network
      needed.
    </p>
    <p class="actions"><a class="button strong" href="/auth">Sign in</a></p>
    <ul class="providers">
      ${providers.map(
        ({ title, protocol }) => html` <li><strong>${title}</strong><small>${protocolNames[protocol] ?? protocol}</small></li>`,
      )}
    </ul>
    <p class="hint">Real providers join them when their client ids are in <code>.env</code>; see <code>.env.example</code>.</p>`
}

function welcome(user: AuthUser, providers: readonly ProviderLink[]): Html {
  return html`<section class="person">
      ${portrait(user)}
      <div>
        <h1>Hello ${user.givenName ?? user.name}</h1>
        ${user.givenName === undefined ? undefined : html`<p class="lead">${user.name}</p>`} ${email(user)}
        <p class="hint">Signed in with <strong>${titleOf(user.provider, providers)}</strong> on ${time(user.loggedInAt)}</p>
      </div>
    </section>
    <div class="cards three">
      <a class="card" href="/profile"
        ><strong>Profile</strong><span>Everything that <code>req.authUser</code> knows about you</span></a
      >
      <a class="card" href="/projects"
        ><strong>Projects</strong><span>Fetched for you with <code>req.oauthClient</code></span></a
      >
      <a class="card" href="/overview"
        ><strong>Overview</strong><span>Everything at once, with <code>req.oauthClients</code></span></a
      >
    </div>`
}

function portrait({ picture, name }: AuthUser): Html {
  return picture === undefined
    ? html`<span class="portrait" aria-hidden="true">${name.charAt(0)}</span>`
    : html`<img class="portrait" src="${picture}" alt="Picture of ${name}" width="96" height="96" />`
}

function email({ email: address, emailVerified }: AuthUser): Html {
  if (address === undefined) return html`<p>No e-mail address was given</p>`
  return html`<p>
    ${address} ${emailVerified ? html`<span class="badge good">verified</span>` : html`<span class="badge">not verified</span>`}
  </p>`
}

function time(instant: string): string {
  return new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}
