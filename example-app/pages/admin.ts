import type { Member } from '../processes/storage/members.js'
import { html, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { titleOf, type ProviderLink } from './parts/links.js'
import { day } from './parts/time.js'

export interface AdminFacts {
  user: User
  providers: readonly ProviderLink[]
  members: readonly Member[]
}

/** The users, by role; for the administrator's eyes. */
export function adminPage({ user, providers, members }: AdminFacts): string {
  const group = (title: string, isAdmin: boolean): Html => {
    const found = members.filter((member) => member.isAdmin === isAdmin)
    return html`<section>
      <h2>${title}</h2>
      ${found.length === 0 ? html`<p class="notice">Nobody yet.</p>` : table(title, found, providers)}
    </section>`
  }
  return page(
    'Administration',
    user,
    html`<h1>Administration</h1>
      <p class="lead">Only the administrator sees this page: the first user of this application.</p>
      ${group('Administrator', true)} ${group('Members', false)}`,
  )
}

function table(caption: string, members: readonly Member[], providers: readonly ProviderLink[]): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">E-mail</th>
          <th scope="col">Signs in with</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        ${members.map(
          ({ name, email, providers: slugs, since }) =>
            html`<tr>
              <td>${name}</td>
              <td>${email ?? 'not known'}</td>
              <td>${slugs.map((slug) => titleOf(slug, providers)).join(', ')}</td>
              <td>${day(since)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
