import type { AuthUser } from 'authrouter'
import { html, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { protocolName, titleOf, type ProviderLink } from './parts/links.js'
import { moment } from './parts/time.js'

export interface HomeFacts {
  user: User
  providers: readonly ProviderLink[]
  isAdmin: boolean
}

/** The first page: who you are, or the way to the sign-in page, which is authrouter's own. */
export function homePage({ user, providers, isAdmin }: HomeFacts): string {
  return page('Welcome', user, user ? welcome(user, providers, isAdmin) : invitation(providers))
}

function invitation(providers: readonly ProviderLink[]): Html {
  return html`<h1>One middleware, any sign-in</h1>
    <p class="lead">
      Sign in with one account, add others, and see the data of all of them on one page. The Example providers run inside this program: no
      account and no network needed.
    </p>
    <p class="actions"><a class="button strong" href="/auth">Sign in</a></p>
    <ul class="providers">
      ${providers.map(({ title, protocol }) => html` <li><strong>${title}</strong><small>${protocolName(protocol)}</small></li>`)}
    </ul>
    <p class="hint">Real providers join them when their client ids are in <code>.env</code>; see <code>.env.example</code>.</p>`
}

function welcome(user: AuthUser, providers: readonly ProviderLink[], isAdmin: boolean): Html {
  return html`<section class="person">
      ${portrait(user)}
      <div>
        <h1>Hello ${user.givenName ?? user.name}</h1>
        ${user.givenName === undefined ? undefined : html`<p class="lead">${user.name}</p>`} ${email(user)}
        <p class="hint">Signed in with <strong>${titleOf(user.provider, providers)}</strong> on ${moment(user.loggedInAt)}</p>
      </div>
    </section>
    <ul class="cards">
      ${places.map(([url, name, text]) => card(url, name, text))}
      ${isAdmin ? card('/admin', 'Administration', 'All users of this application, by role: you are its administrator') : undefined}
    </ul>`
}

const places = [
  ['/dashboard', 'Dashboard', 'The APIs of all your accounts on one page'],
  ['/projects', 'Projects', 'From the API of your current account'],
  ['/accounts', 'Accounts', 'The accounts that you sign in with: add one, or remove one'],
  ['/your-data', 'Your data', 'What is stored about you, your sessions, and how to delete all of it'],
] as const

function card(url: string, name: string, text: string): Html {
  return html`<li>
    <a class="card" href="${url}"><strong>${name}</strong><span>${text}</span></a>
  </li>`
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
