// Writes the tables of options and of error codes: into the pages of docs/ and README.md, each between markers that name its rows. The
// sentences are the docstrings in lib/.
//
//   tsx scripts/referenceTables.mjs [--check]
//
// With --check nothing is written; the status is 1 where a table on disk is another, an option or a code has no sentence or is in no table,
// or a default is not the code's.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuthError, errorStatus } from '../lib/base/errors.ts'
import { checkFitness } from '../lib/config/entries/fitness/fitness.ts'
import { profile } from '../lib/config/entries/shapes.ts'
import { codes, entryOptions, isLiteral, isReserved, mistakes, options } from './documented.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const isCheck = process.argv.includes('--check')
const problems = mistakes()

/** What each kind of marker makes: the rows that may be asked for, the page that must have each of them once, and the columns. */
const tables = {
  options: { rows: options, home: 'docs/configuration.md', head: ['option', 'type', 'default', 'meaning'], cells: optionCells },
  'entry options': {
    rows: entryOptions,
    home: 'docs/configuration.md',
    head: ['option', 'for', 'type', 'default', 'meaning'],
    cells: entryCells,
  },
  errors: { rows: codes, home: 'docs/errors.md', head: ['code', 'status', 'retry', 'what it means, and what to do'], cells: errorCells },
}

/** What a marker without names makes. */
const lists = { statuses: statusTable, 'profile fields': () => Object.keys(profile).map(code).join(' ') }

for (const page of [
  'README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
])
  publish(page)
for (const problem of problems) console.error(problem)
if (isCheck && problems.length > 0) process.exitCode = 1

function publish(page) {
  const before = readFileSync(root + page, 'utf8')
  const shown = Object.fromEntries(Object.keys(tables).map((kind) => [kind, []]))
  const after = before.replace(/^<!-- ([a-z ]+)(?:: (.*?))? -->\n.*?^<!-- end -->$/gms, (_all, kind, names) => {
    if (names === undefined) return `<!-- ${kind} -->\n${lists[kind]()}\n<!-- end -->`
    const rows = asked(page, kind, names)
    shown[kind].push(...rows)
    return `<!-- ${kind}: ${names} -->\n${table(page, kind, rows)}\n<!-- end -->`
  })
  for (const [kind, { rows, home }] of Object.entries(tables)) {
    if (home === page) checkComplete(page, kind, rows, shown[kind])
  }
  if (after === before) return
  if (isCheck) problems.push(`The tables of ${page} do not match the code: run npm run docs`)
  else writeFileSync(root + page, after)
}

/** The rows that a marker names; `hooks.*` stands for `hooks` and its members. */
function asked(page, kind, names) {
  return names.split(/\s+/).flatMap((name) => {
    const group = name.endsWith('.*') ? name.slice(0, -1) : undefined
    const rows = tables[kind].rows.filter((row) => row.name === (group?.slice(0, -1) ?? name) || (group && row.name.startsWith(group)))
    if (rows.length === 0) problems.push(`${page}: there is no ${name} among the ${kind}.`)
    return rows
  })
}

function checkComplete(page, kind, rows, shown) {
  for (const row of rows) {
    const count = shown.filter((other) => other === row).length
    if (count !== 1) problems.push(`${page}: ${row.name} of the ${kind} is in ${count} tables, not in one: name it in a marker there.`)
  }
}

function table(page, kind, rows) {
  const { head, cells } = tables[kind]
  return markdown(
    head,
    rows.map((row) => cells(row, page)),
  )
}

function optionCells({ name, type, standard = '', text, see }, page) {
  return [code(name), code(type), isLiteral(standard) ? code(standard) : standard, withLink(text, see, page)]
}

function entryCells(row, page) {
  const [name, ...rest] = optionCells(row, page)
  const protocols = ['oidc', 'oauth2', 'oauth1', 'openid2', 'header-jwt']
  const fit = protocols.filter((protocol) => isFit(protocol, row.name))
  // The protocols that give no tokens take few options; their pages name them.
  const isGeneral = ['oidc', 'oauth2', 'oauth1'].every((protocol) => fit.includes(protocol))
  return [name, isGeneral ? '' : fit.map(code).join(' '), ...rest]
}

function isFit(protocol, name) {
  try {
    checkFitness(protocol, { [name]: true }, { path: '' })
    return true
  } catch {
    return false
  }
}

function errorCells({ name, text }) {
  const { status, retry } = new AuthError(name, '')
  return [code(name), String(status), retry ? 'yes' : 'no', text]
}

function statusTable() {
  const inUse = Object.entries(errorStatus).filter(([name]) => !isReserved(name))
  const statuses = [...new Set(inUse.map(([, status]) => status))]
  return markdown(
    ['status', 'codes'],
    statuses.map((status) => [
      String(status),
      inUse
        .filter(([, other]) => other === status)
        .map(([name]) => code(name))
        .join(' '),
    ]),
  )
}

function markdown(head, rows) {
  // A column that no row needs is left out.
  const columns = head.map((_name, index) => index).filter((index) => rows.some((row) => row[index] !== ''))
  const line = (cells) => `| ${columns.map((index) => cells[index].replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('|  |', '| |')
  return [line(head), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)].join('\n')
}

function withLink(text, see, page) {
  if (see === undefined) return text
  const name = posix
    .basename(see)
    .replace(/\.md.*$/, '')
    .toLowerCase()
    .replaceAll('-', ' ')
  return `${text.replace(/\.$/, '')} ([${name}](${posix.relative(posix.dirname(page), see)})).`
}

function code(text) {
  return `\`${text}\``
}
