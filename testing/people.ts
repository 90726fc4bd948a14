/** Somebody with an account at the demo identity providers; all of them are invented. */
export interface Person {
  id: string
  username: string
  name: string
  givenName: string
  familyName: string
  email: string
  emailVerified: boolean
  locale: string
  color: string
}

/** A project of a person, as the providers' protected APIs list it; `updatedAt` is an ISO 8601 time. */
export interface Project {
  id: string
  name: string
  description: string
  stars: number
  language: string
  updatedAt: string
}

/** The accounts that every demo identity provider has. */
export const people: readonly Person[] = [
  {
    id: 'ada-id',
    username: 'ada',
    name: 'Ada Example',
    givenName: 'Ada',
    familyName: 'Example',
    email: 'ada@example.com',
    emailVerified: true,
    locale: 'en-GB',
    color: '#7c3aed',
  },
  {
    id: 'grace-id',
    username: 'grace',
    name: 'Grace Sample',
    givenName: 'Grace',
    familyName: 'Sample',
    email: 'grace@example.org',
    emailVerified: true,
    locale: 'en-US',
    color: '#0f766e',
  },
  {
    id: 'linus-id',
    username: 'linus',
    name: 'Linus Muster',
    givenName: 'Linus',
    familyName: 'Muster',
    email: 'linus@example.com',
    emailVerified: false,
    locale: 'de-DE',
    color: '#b45309',
  },
]

/** Finds a person by `id`; `undefined` when nobody has it. */
export function findPerson(id: string): Person | undefined {
  return people.find((person) => person.id === id)
}

/** Finds the person whose picture is at a path, `/avatars/<id>.svg`; `undefined` for any other path. */
export function personOfPicture(path: string): Person | undefined {
  return findPerson(/^\/avatars\/([^/]+)\.svg$/.exec(path)?.[1] ?? '')
}

/** Draws a person's picture: an SVG document of 96 by 96 pixels, a coloured circle with the initials. */
export function avatar(person: Person): string {
  const initials = person.givenName.charAt(0) + person.familyName.charAt(0)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img" aria-label="${person.name}">`,
    `<circle cx="48" cy="48" r="48" fill="${person.color}"/>`,
    '<text x="48" y="48" dy="0.35em" text-anchor="middle" fill="#fff" font-family="system-ui, sans-serif" font-size="36" ',
    `font-weight="600">${initials}</text></svg>`,
  ].join('')
}

/** Lists a person's four projects; an empty list for somebody who has no account here. */
export function projects(person: Person): Project[] {
  const rows = projectRows[person.id] ?? []
  return rows.map(([name, description, stars, language, updatedAt]) => ({
    id: `${person.username}-${name}`,
    name,
    description,
    stars,
    language,
    updatedAt,
  }))
}

type ProjectRow = [name: string, description: string, stars: number, language: string, updatedAt: string]

const projectRows: Record<string, ProjectRow[]> = {
  'ada-id': [
    ['analytical-notes', 'Annotated programs for a machine nobody has built yet', 1843, 'TypeScript', '2026-03-02T09:15:00.000Z'],
    ['bernoulli', 'Numbers of Bernoulli, computed step by step', 271, 'Rust', '2026-02-18T16:40:00.000Z'],
    ['loom-cards', 'Draws punched cards for weaving patterns', 96, 'Python', '2026-01-27T11:05:00.000Z'],
    ['flyology', 'Sketches and measurements of wings', 12, 'Jupyter Notebook', '2025-11-09T20:30:00.000Z'],
  ],
  'grace-id': [
    ['plain-compiler', 'Turns plain sentences into running programs', 2906, 'C', '2026-03-05T07:50:00.000Z'],
    ['moth-log', 'A logbook for bugs of every kind', 518, 'Go', '2026-02-24T13:20:00.000Z'],
    ['nanosecond', 'Shows how far light travels while you wait', 334, 'JavaScript', '2026-02-01T18:00:00.000Z'],
    ['ship-clock', 'A wall clock that runs backwards on purpose', 47, 'Elixir', '2025-12-14T08:10:00.000Z'],
  ],
  'linus-id': [
    ['tiny-kernel', 'A teaching kernel that boots in a browser tab', 1290, 'C', '2026-03-04T22:45:00.000Z'],
    ['dive-table', 'Plans safe dives and keeps the log', 158, 'C++', '2026-02-11T10:25:00.000Z'],
    ['patch-post', 'Sends patches by mail and tracks the answers', 83, 'Perl', '2026-01-19T15:55:00.000Z'],
    ['winter-routes', 'Cross-country ski tracks with weather', 29, 'Kotlin', '2025-12-30T12:00:00.000Z'],
  ],
}
