import type { AuthUser } from 'authrouter'
import type { StoredAccount } from '../processes/storage/members.js'
import { button } from './parts/forms.js'
import { html, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { protocolName, titleOf, type ProviderLink } from './parts/links.js'
import { day, moment } from './parts/time.js'

export interface AccountsFacts {
  user: User
  providers: readonly ProviderLink[]
  /** The accounts that the user signs in with. */
  stored: readonly StoredAccount[]
  /** Those of them that this session can call the API of. */
  connected: readonly AuthUser[]
}

/** The accounts of the user, and the ways to add and to remove one. */
export function accountsPage({ user, providers, stored, connected }: AccountsFacts): string {
  return page(
    'Accounts',
    user,
    html`<h1>Accounts</h1>
      <p class="lead">
        You can sign in with any of these, and are the same user each time. The current one gives the name and the projects that you see.
      </p>
      <ul class="cards one">
        ${stored.map((account) => html`<li class="card row">${accountCard(account, { user, providers, stored, connected })}</li>`)}
      </ul>
      ${stored.length > 1 ? undefined : html`<p class="hint after">To remove this account, add another one first: you could not sign in without it.</p>`}
      <h2>Add an account</h2>
      <ul class="cards three">
        ${providers.map(({ slug, title, protocol }) => {
          const text = stored.some((account) => account.provider === slug) ? 'Add another' : 'Add an'
          return html`<li class="card">
            <strong>${title}</strong><span>${protocolName(protocol)}</span>
            ${button({ action: `/auth/${slug}/link`, text: `${text} account`, label: `${text} account of ${title}`, fields: { returnTo: '/accounts' } })}
          </li>`
        })}
      </ul>`,
  )
}

function accountCard(
  { key, provider, email, linkedAt, lastLoginAt }: StoredAccount,
  { user, providers, stored, connected }: AccountsFacts,
): Html {
  const title = titleOf(provider, providers)
  const account = connected.find((each) => each.key === key)
  const isCurrent = user?.key === key
  const isHere = providers.some(({ slug }) => slug === provider)
  const name = account?.name ?? email ?? key
  return html`<div class="grow">
      <h2 class="inline">${title}</h2>
      ${isCurrent ? html`<span class="badge good">current</span>` : undefined}
      ${account ? undefined : html`<span class="badge">not in this session</span>`}
      <p>${name}${email === undefined || email === name ? undefined : html`, ${email}`}</p>
      <p class="hint">Added on ${day(linkedAt)}, last sign-in ${moment(lastLoginAt)}</p>
    </div>
    <div class="actions tight">
      ${
        account && !isCurrent
          ? button({ action: '/accounts/use', text: 'Use', label: `Use ${title}, ${name}`, fields: { key } })
          : undefined
      }
      ${
        !account && isHere
          ? button({
              action: `/auth/${provider}/link`,
              text: 'Connect',
              label: `Connect ${title}, ${name}`,
              fields: { returnTo: '/accounts' },
            })
          : undefined
      }
      ${
        account && isHere && stored.length > 1
          ? button({
              action: `/auth/${provider}/unlink`,
              text: 'Remove',
              label: `Remove ${title}, ${name}`,
              fields: { key, returnTo: '/accounts' },
            })
          : undefined
      }
    </div>`
}
