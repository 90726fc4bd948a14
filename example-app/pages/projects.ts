import type { ApiResponse } from 'authrouter'
import { html, type Html } from './parts/html.js'
import { page, type User } from './parts/layout.js'
import { signInUrl } from './parts/links.js'
import { readProjects, type Project } from './parts/readProjects.js'

/** A page of data from the provider's protected API. */
export function projectsPage({ user, answer }: { user: User; answer: ApiResponse }): string {
  const content = answer.ok ? projectList(readProjects(answer.data)) : refusal(answer.status, user)
  return page(
    'Projects',
    user,
    html`<h1>Projects</h1>
      <p class="lead">From the protected API of your current account. The page never sees a token.</p>
      ${content}`,
  )
}

function projectList(projects: readonly Project[]): Html {
  return projects.length === 0
    ? html`<p class="notice">The API of this provider lists no projects.</p>`
    : html`<div class="cards">${projects.map(projectCard)}</div>`
}

function refusal(status: number, user: User): Html {
  return status === 401
    ? html`<p class="notice">
        Your access to this API has ended. <a href="${signInUrl(user?.provider, '/projects')}">Sign in again</a> to see your projects.
      </p>`
    : html`<p class="notice">
        The API of this provider answered with HTTP ${status}: it has no list of projects here. What it did tell of you is on
        <a href="/your-data">Your data</a>.
      </p>`
}

function projectCard({ name, description, language, stars, updatedAt }: Project): Html {
  const facts = [language, stars === undefined ? undefined : `★ ${String(stars)}`, updatedAt && `updated ${date(updatedAt)}`]
  return html`<article class="card">
    <strong>${name}</strong>
    ${description === undefined ? undefined : html`<span>${description}</span>`}
    <small>${facts.filter((fact) => fact !== undefined).join(' · ')}</small>
  </article>`
}

function date(day: Date): string {
  return day.toLocaleDateString('en-GB', { dateStyle: 'medium' })
}
