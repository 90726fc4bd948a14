// The options of the configuration and the error codes, as their docstrings in lib/ describe them.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { optionNames } from '../lib/config/entries/schema.ts'
import { resolveConfig } from '../lib/config/resolveConfig.ts'
import { constantOf, membersOf } from './docstrings.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

// That these types have the options of the schema, no more and no fewer, is for the compiler: `ConfigAgreement`, `EntryAgreement`.
export const options = flat(membersOf('AuthRouterConfig', { Session: 'SessionSetting' }))
const entryMembers = new Map(
  ['Provider', 'ProviderOptions', 'Openid2Options', 'HeaderOptions', 'ProviderEntry']
    .flatMap((type) => membersOf(type))
    .map((member) => [member.name, member]),
)
export const entryOptions = flat(optionNames.map((name) => entryMembers.get(name)))
export const codes = constantOf('lib/base/errors.ts', 'errorStatus')

const sources = ['lib', 'middleware']
  .flatMap((folder) => readdirSync(root + folder, { recursive: true }).map((name) => `${folder}/${name}`))
  .filter((path) => path.endsWith('.ts') && path !== 'lib/base/errors.ts')
  .map((path) => readFileSync(root + path, 'utf8'))

/** Whether nothing uses an error code: it is kept for what is to come. */
export function isReserved(code) {
  return !sources.some((text) => text.includes(`'${code}'`))
}

/** Whether a default is a value, and not words about one. */
export function isLiteral(text = '') {
  return /^(?:'[^']*'|\[.*\]|\d+|true|false)$/.test(text)
}

/** A line for each option and code that has no sentence, or one that the code contradicts. */
export function mistakes() {
  return [
    ...[...options, ...entryOptions, ...codes].filter(({ text }) => text === '').map(({ name }) => `${name} has no docstring.`),
    ...codes
      .filter(({ name, text }) => text.startsWith('Not in use yet') !== isReserved(name))
      .map(({ name }) => `${name}: its docstring and the code differ on whether it is in use.`),
    ...wrongDefaults().map(({ name }) => `${name}: the docstring gives another default than the code.`),
  ]
}

/** A default that is a literal is the one that an empty configuration gets; where there is none, it gets nothing. */
function wrongDefaults() {
  const entry = {
    protocol: 'oauth2',
    authorizationEndpoint: 'https://id.example/a',
    tokenEndpoint: 'https://id.example/t',
    clientId: 'a',
    clientSecret: 'b',
    profile: { id: 'id' },
  }
  const { outbound, ...settings } = resolveConfig({ providers: { corp: entry } }, { catalogue: {}, env: {}, warn: () => undefined })
  const values = new Map(flatValues({ ...settings, http: outbound }))
  return options.filter(
    ({ name, standard, members }) =>
      !members
      && (values.has(name) || isLiteral(standard))
      && !isDeepStrictEqual(values.get(name), isLiteral(standard) ? JSON.parse(standard.replaceAll("'", '"')) : undefined),
  )
}

function flatValues(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [
    [name, value],
    ...(['expiry', 'keep', 'http'].includes(name)
      ? Object.entries(value).map(([member, memberValue]) => [`${name}.${member}`, memberValue])
      : []),
  ])
}

function flat(members) {
  return members.flatMap((member) => [
    member,
    ...(member.members ?? []).map((inner) => ({ ...inner, name: `${member.name}.${inner.name}` })),
  ])
}
