import type { AccountCalls, Call, Overview } from '../routes/fetchOverview.js'
import { html, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { labelOf, signInUrl, type ProviderLink } from './parts/links.js'
import { readProjects } from './parts/readProjects.js'

export interface DashboardFacts {
  user: User
  providers: readonly ProviderLink[]
  overview: Overview
}

/** What several calls came to that were made at once. */
export function dashboardPage({ user, providers, overview: { accounts, took } }: DashboardFacts): string {
  const calls = accounts.flatMap((account) => account.calls)
  const sum = calls.reduce((total, call) => total + call.took, 0)
  return page(
    'Dashboard',
    user,
    html`<h1>Dashboard</h1>
      <p class="lead">The APIs of all your accounts, asked at once. <a href="/accounts">Add an account</a> to see more here.</p>
      ${accounts.map((account) => accountSection(account, providers))}
      <p class="hint after">
        ${calls.length} calls took ${milliseconds(took)} together; their times add up to ${milliseconds(sum)}. Answered by process
        ${process.pid}.
      </p>`,
  )
}

function accountSection({ slug, name, calls }: AccountCalls, providers: readonly ProviderLink[]): Html {
  return html`<section>
    <h2>${labelOf({ provider: slug, name }, providers)}</h2>
    <div class="cards">
      ${calls.map(
        (call) =>
          html`<article class="card">
            <h3><code>get('${call.path}')</code> ${statusOf(call)}</h3>
            <div>${answerOf(call, slug)}</div>
            <small>after ${milliseconds(call.took)}</small>
          </article>`,
      )}
    </div>
  </section>`
}

function statusOf({ answer }: Call): Html {
  if (answer === undefined) return html`<span class="badge bad">no answer</span>`
  return html`<span class="badge ${isSuccess(answer.status) ? 'good' : 'bad'}">${answer.status}</span>`
}

function answerOf({ answer, problem }: Call, slug: string): Html {
  if (answer === undefined) return html`<p>${problem}</p>`
  const { status, data } = answer
  if (status === 401) return html`<p>Your access has ended. <a href="${signInUrl(slug, '/dashboard')}">Sign in again</a></p>`
  if (status >= 500) return html`<p>This provider has a problem at the moment. Please try again later.</p>`
  return isSuccess(status) ? inWords(data) : html`<p>This provider has nothing at this address.</p>`
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function inWords(data: unknown): Html {
  const projects = readProjects(data)
  if (projects.length > 0) {
    return html`<ul class="plain">
      ${projects.map(({ name, stars }) => html`<li>${name}${stars === undefined ? undefined : ` ★ ${String(stars)}`}</li>`)}
    </ul>`
  }
  if (typeof data !== 'object' || data === null) return html`<p>${String(data).slice(0, 120)}</p>`
  // Every provider has fields of its own.
  const words = Object.entries(data).filter((field): field is [string, string] => isWord(field[1]))
  return html`<dl class="fields">
    ${words.slice(0, 6).map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 60 && !URL.canParse(value)
}

function milliseconds(time: number): string {
  return `${String(Math.round(time))} ms`
}
