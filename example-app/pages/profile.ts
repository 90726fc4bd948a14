import type { Credentials } from 'authrouter'
import { html, type Html } from './html.js'
import { page, type User } from './layout.js'

/** Everything that is known of the signed-in user, and of the access to their account; never a token. */
export function profilePage({ user, credentials }: { user: User; credentials: Credentials }): string {
  const { raw = {}, ...fields } = user ?? {}
  return page(
    'Profile',
    user,
    html`<h1>Profile</h1>
      <p class="lead">The same words for every provider: <code>req.authUser</code></p>
      ${table(Object.entries(fields))}
      <h2>Access</h2>
      <p class="hint"><code>req.oauthClient.credentials</code> tells everything but the token itself.</p>
      ${table([
        ['token type', credentials.tokenType],
        ['scope', credentials.scope ?? 'not told'],
        ['ends', credentials.expiresIn === undefined ? 'not told' : `in ${String(Math.round(credentials.expiresIn / 60))} minutes`],
        ['valid', credentials.valid ? 'yes' : 'no'],
      ])}
      <h2>As the provider says it</h2>
      <pre>${JSON.stringify(raw, null, 2)}</pre>`,
  )
}

function table(rows: readonly (readonly [string, unknown])[]): Html {
  return html`<div class="scroll">
    <table>
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html` <tr>
              <th scope="row">${name}</th>
              <td>${typeof value === 'string' ? value : JSON.stringify(value)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
