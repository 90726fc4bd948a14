import type { ApiResponse, AuthUser, Credentials } from 'authrouter'
import { html, type Html } from './html.js'
import { page, type User } from './layout.js'
import { readProjects, type Project } from './projects.js'

/** A provider, as a page names it. */
export interface ProviderLink { slug: string; title: string; protocol: string }

const protocolNames: Record<string, string> = { oidc: 'OpenID Connect', oauth2: 'OAuth 2.0', oauth1: 'OAuth 1.0a' }

/** The first page: who you are, or how to sign in. */
export function homePage({ user, providers }: { user: User; providers: readonly ProviderLink[] }): string {
  return user ? page('Welcome', user, welcome(user, providers)) : page('Sign in', user, invitation(providers))
}

function invitation(providers: readonly ProviderLink[]): Html {
  return html`<h1>One middleware, any sign-in</h1>
    <p class="lead">Choose how to sign in. The examples below are real identity providers that run inside this program: no account and no
      network needed.</p>
    <ul class="choices">${providers.map(({ slug, title, protocol }) => html`
      <li><a class="choice" href="/auth/${slug}"><span class="dot ${slug}">${title.replace(/^Example /, '').charAt(0)}</span>
        <span><strong>Sign in with ${title}</strong><small>${protocolNames[protocol] ?? protocol}</small></span></a></li>`)}
    </ul>
    <p class="hint">Real providers join them when their client ids are in <code>.env</code>; see <code>.env.example</code>.</p>`
}

function welcome(user: AuthUser, providers: readonly ProviderLink[]): Html {
  const title = providers.find(({ slug }) => slug === user.provider)?.title ?? user.provider
  return html`<section class="person">
      ${portrait(user)}
      <div><h1>Hello ${user.givenName ?? user.name}</h1>
        ${user.givenName === undefined ? undefined : html`<p class="lead">${user.name}</p>`}
        ${email(user)}
        <p class="hint">Signed in with <strong>${title}</strong> on ${time(user.loggedInAt)}</p></div>
    </section>
    <div class="cards three">
      <a class="card" href="/profile"><strong>Profile</strong><span>Everything that <code>req.authUser</code> knows about you</span></a>
      <a class="card" href="/projects"><strong>Projects</strong><span>Fetched for you with <code>req.oauthClient</code></span></a>
      <a class="card" href="/overview"><strong>Overview</strong><span>Everything at once, with <code>req.oauthClients</code></span></a>
    </div>`
}

function portrait({ picture, name }: AuthUser): Html {
  return picture === undefined
    ? html`<span class="portrait" aria-hidden="true">${name.charAt(0)}</span>`
    : html`<img class="portrait" src="${picture}" alt="Picture of ${name}" width="96" height="96">`
}

function email({ email: address, emailVerified }: AuthUser): Html {
  if (address === undefined) return html`<p>No e-mail address was given</p>`
  return html`<p>${address} ${emailVerified ? html`<span class="badge good">verified</span>` : html`<span class="badge">not verified</span>`}</p>`
}

/** Everything that is known of the signed-in person, and of the access to their account; never a token. */
export function profilePage({ user, credentials }: { user: User; credentials: Credentials }): string {
  const { raw = {}, ...fields } = user ?? {}
  return page('Profile', user, html`<h1>Profile</h1>
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
    <pre>${JSON.stringify(raw, null, 2)}</pre>`)
}

function table(rows: readonly (readonly [string, unknown])[]): Html {
  return html`<div class="scroll"><table><tbody>${rows.map(([name, value]) => html`
    <tr><th scope="row">${name}</th><td>${typeof value === 'string' ? value : JSON.stringify(value)}</td></tr>`)}</tbody></table></div>`
}

/** A page of data from the provider's protected API. */
export function projectsPage({ user, answer }: { user: User; answer: ApiResponse }): string {
  const content = answer.ok ? projectList(readProjects(answer.data)) : refusal(answer.status, user)
  return page('Projects', user, html`<h1>Projects</h1>
    <p class="lead">From the protected API of the account that signed in. The page never sees a token.</p>${content}`)
}

function projectList(projects: readonly Project[]): Html {
  return projects.length === 0
    ? html`<p class="notice">The API of this provider lists no projects.</p>`
    : html`<div class="cards">${projects.map(projectCard)}</div>`
}

function refusal(status: number, user: User): Html {
  return status === 401
    ? html`<p class="notice">Your access to this API has ended. <a href="${signInUrl(user?.provider, '/projects')}">Sign in again</a> to see
        your projects.</p>`
    : html`<p class="notice">The API of this provider answered with HTTP ${status}: it has no list of projects here. What it does tell of you
        is on <a href="/profile">your profile</a>.</p>`
}

function projectCard({ name, description, language, stars, updatedAt }: Project): Html {
  const facts = [language, stars === undefined ? undefined : `★ ${String(stars)}`, updatedAt && `updated ${date(updatedAt)}`]
  return html`<article class="card"><strong>${name}</strong>
    ${description === undefined ? undefined : html`<span>${description}</span>`}
    <small>${facts.filter((fact) => fact !== undefined).join(' · ')}</small></article>`
}

export function notFoundPage(user: User): string {
  return page('Not found', user, html`<h1>Page not found</h1><p class="actions"><a class="button" href="/">Back to the home page</a></p>`)
}

export function failurePage({ user, message, signInAgain }: { user: User; message: string; signInAgain: string | undefined }): string {
  return page('Something went wrong', user, html`<h1>That did not work</h1><p class="lead">${message}</p>
    <p class="actions">${signInAgain === undefined ? undefined : html`<a class="button" href="${signInAgain}">Sign in again</a>`}
      <a href="/">Back to the home page</a></p>`)
}

/** Where a person signs in with this provider, to come back to a page. */
export function signInUrl(provider: string | undefined, returnTo: string): string {
  return `/auth${provider === undefined ? '' : `/${provider}`}?returnTo=${encodeURIComponent(returnTo)}`
}

function date(day: Date): string {
  return day.toLocaleDateString('en-GB', { dateStyle: 'medium' })
}

function time(instant: string): string {
  return new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}
