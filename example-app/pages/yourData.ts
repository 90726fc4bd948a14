import type { AuthUser, Credentials } from 'authrouter'
import type { StoredAccount } from '../processes/storage/members.js'
import { button } from './parts/forms.js'
import { html, isHtml, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { titleOf, type ProviderLink } from './parts/links.js'
import { moment } from './parts/time.js'

/** What the session may do at a provider. */
export type Access = Pick<Credentials, 'expiresIn' | 'scope'>

export interface YourDataFacts {
  user: User
  providers: readonly ProviderLink[]
  /** Of the table `users`. */
  row: object | undefined
  /** Of the table `identities`. */
  stored: readonly StoredAccount[]
  /** What the session has. */
  connected: readonly { account: AuthUser; access: Access | undefined }[]
  /** Where all of it lives, in plain words. */
  storage: string
}

/** Everything that is stored about the user, and the way to delete it; never a token. */
export function yourDataPage({ user, providers, row, stored, connected, storage }: YourDataFacts): string {
  return page(
    'Your data',
    user,
    html`<h1>Your data</h1>
      <p class="lead">Everything that this application stores about you: ${storage}.</p>
      <h2>You</h2>
      <p class="hint">Your row in the table <code>users</code>, which every request has in <code>req.user</code></p>
      ${table('You', Object.entries(row ?? {}))}
      <h2>Your accounts</h2>
      <p class="hint">The table <code>identities</code>: the keys by which you are known when you sign in</p>
      ${stored.map(({ key, provider, email, linkedAt, lastLoginAt }) =>
        table(titleOf(provider, providers), [
          ['provider', titleOf(provider, providers)],
          ['key', key],
          ['email', email ?? 'not known'],
          ['added', moment(linkedAt)],
          ['last sign-in', moment(lastLoginAt)],
        ]),
      )}
      <h2>This session</h2>
      <p class="hint">What your browser is signed in with. Your profile and the tokens are encrypted; no page ever sees a token.</p>
      ${connected.map(
        ({ account, access }) =>
          html`${table(`Session with ${titleOf(account.provider, providers)}`, sessionFacts(account, access, providers))}
            <details>
              <summary>As ${titleOf(account.provider, providers)} says it</summary>
              <pre tabindex="0">${JSON.stringify(account.raw, null, 2)}</pre>
            </details>`,
      )}
      <div class="actions">
        ${button({ action: '/auth/logout', text: 'Sign out everywhere', fields: { everywhere: '1' } })}
        <span class="hint">Ends your sessions in all browsers, this one too.</span>
      </div>
      <h2>Delete my account</h2>
      <p>Your row, your accounts, all your sessions and the access to your data at the providers.</p>
      <p class="actions"><a class="button danger" href="/your-data/delete">Delete my account…</a></p>`,
  )
}

function sessionFacts(
  { raw: _raw, roles: _roles, ...account }: AuthUser,
  access: Access | undefined,
  providers: readonly ProviderLink[],
): [string, unknown][] {
  const own = Object.entries({ ...account, provider: titleOf(account.provider, providers) })
  if (access === undefined) return [...own, ['access', 'to no API: the sign-in says who you are']]
  const { expiresIn, scope } = access
  return [
    ...own,
    ['granted scope', scope ?? 'not told'],
    [
      'access ends',
      expiresIn === undefined ? 'not told' : `in ${String(Math.round(expiresIn / 60))} minutes, and is then refreshed where possible`,
    ],
  ]
}

/** Asks before anything is deleted. */
export function deletePage(user: User): string {
  return page(
    'Delete my account',
    user,
    html`<h1>Delete your account?</h1>
      <p class="lead">
        ${user?.name}, everything that this application stores about you is deleted at once, and you are signed out in all browsers. Your
        accounts at the providers stay. This cannot be undone.
      </p>
      <div class="actions">
        ${button({ action: '/your-data/delete', text: 'Delete for good', look: 'danger' })}
        <a class="button" href="/your-data">Keep my account</a>
      </div>`,
  )
}

export function goodbyePage(user: User): string {
  return page(
    'Goodbye',
    user,
    html`<h1>Your account is deleted</h1>
      <p class="lead">Nothing about you is stored here any more, and you are signed out in all browsers.</p>
      <p class="actions"><a class="button" href="/">Back to the home page</a></p>`,
  )
}

function table(name: string, rows: readonly (readonly [string, unknown])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">
    <table class="facts">
      <tbody>
        ${rows.map(
          ([field, value]) =>
            html`<tr>
              <th scope="row">${field}</th>
              <td>${shown(value)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const isInstant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

function shown(value: unknown): string | Html {
  if (typeof value === 'string') return isInstant.test(value) ? moment(value) : value
  if (isHtml(value)) return value
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : JSON.stringify(value)
}
