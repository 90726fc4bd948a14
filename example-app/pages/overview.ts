import { html, type Html } from './html.js'
import { page, type User } from './layout.js'
import { signInUrl, titleOf, type ProviderLink } from './links.js'
import { readProjects } from './readProjects.js'
import type { AccountCalls, Call, Overview } from './fetchOverview.js'

export interface OverviewFacts {
  user: User
  providers: readonly ProviderLink[]
  overview: Overview
  /** Where sessions and tokens live, in plain words. */
  storage: string
}

/** What several calls came to that were made at once. */
export function overviewPage({ user, providers, overview: { accounts, took }, storage }: OverviewFacts): string {
  const calls = accounts.flatMap((account) => account.calls)
  const sum = calls.reduce((total, call) => total + call.took, 0)
  return page(
    'Overview',
    user,
    html`<h1>Overview</h1>
      <p class="lead">Every API of every linked account, asked at once: <code>Promise.all</code> over <code>req.oauthClients</code>.</p>
      ${accounts.map((account) => accountSection(account, providers))}
      <p class="hint after">
        ${calls.length} calls took ${milliseconds(took)} together; their times add up to ${milliseconds(sum)}. Answered by process
        ${process.pid}; sessions and tokens live in ${storage}.
      </p>`,
  )
}

function accountSection({ slug, calls }: AccountCalls, providers: readonly ProviderLink[]): Html {
  return html`<h2>${titleOf(slug, providers)}</h2>
    <div class="cards">
      ${calls.map(
        (call) =>
          html`<article class="card">
            <strong><code>get('${call.path}')</code> ${statusOf(call)}</strong>
            <span>${answerOf(call, slug)}</span>
            <small>after ${milliseconds(call.took)}</small>
          </article>`,
      )}
    </div>`
}

function statusOf({ answer }: Call): Html {
  if (answer === undefined) return html`<span class="badge">no answer</span>`
  return html`<span class="badge ${isSuccess(answer.status) ? 'good' : ''}">${answer.status}</span>`
}

function answerOf({ answer, problem }: Call, slug: string): Html {
  if (answer === undefined) return html`${problem}`
  const { status, data } = answer
  if (status === 401) return html`Your access has ended. <a href="${signInUrl(slug, '/overview')}">Sign in again</a>`
  return isSuccess(status) ? inWords(data) : html`This provider has nothing at this address.`
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function inWords(data: unknown): Html {
  const projects = readProjects(data)
  if (projects.length > 0) return html`${projects.length} projects: ${projects.map(({ name }) => name).join(', ')}`
  // Whatever else an API tells: that it is there, and what it is about.
  return typeof data === 'object' && data !== null ? html`Fields: ${Object.keys(data).join(', ')}` : html`${String(data).slice(0, 120)}`
}

function milliseconds(time: number): string {
  return `${String(Math.round(time))} ms`
}
