// Writes the index of a folder of providers: one import a file, and the catalogue of them all by slug.
//
//   node scripts/generateProviders.mjs [--check] [folder]
//
// The folder is `providers` by default. With --check nothing is written; the status is 1 where the index on disk is another.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const indexName = 'index.ts'
// Beside the providers, but none itself.
const others = new Set([indexName, 'retired.ts'])
const slugPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const parameters = process.argv.slice(2)
const folder = parameters.find((parameter) => parameter !== '--check') ?? fileURLToPath(new URL('../providers', import.meta.url))
const indexFile = join(folder, indexName)
const expected = indexText(slugsIn(folder))

if (parameters.includes('--check')) {
  if (readIfPresent(indexFile) !== expected) {
    console.error(`${indexName} does not match the files beside it: run node scripts/generateProviders.mjs`)
    process.exitCode = 1
  }
} else {
  writeFileSync(indexFile, expected)
}

function slugsIn(path) {
  const names = readdirSync(path).filter((name) => name.endsWith('.ts') && !others.has(name))
  const slugs = names.map((name) => name.slice(0, -'.ts'.length)).sort()
  const unfit = slugs.find((slug) => !slugPattern.test(slug))
  if (unfit !== undefined) throw new Error(`${unfit}.ts is no slug: small letters, digits and single hyphens, a letter first.`)
  return slugs
}

function indexText(slugs) {
  return `// Written by scripts/generateProviders.mjs from the files beside it.
import type { Provider } from '../lib/types.js'
${slugs.map((slug) => `import ${identifier(slug)} from './${slug}.js'`).join('\n')}

export { defineProtocol, defineProvider } from '../lib/types.js'
export type {
  OwnProtocol,
  ProtocolAuthorization,
  ProtocolCallback,
  ProtocolContext,
  ProtocolDefinition,
  ProtocolGrant,
  ProtocolIdentity,
  ProtocolLogin,
  ProtocolLogout,
  ProtocolRefresh,
  ProtocolResult,
  Provider,
  ProviderHooks,
} from '../lib/types.js'
export { retired } from './retired.js'

/** The providers that come with the package, by slug. */
export const catalogue = {
${slugs.map((slug) => `  ${slug.includes('-') ? `'${slug}': ${identifier(slug)}` : slug},`).join('\n')}
} satisfies Record<string, Provider>

/** A slug of the catalogue. */
export type CatalogueName = keyof typeof catalogue
`
}

function identifier(slug) {
  return slug.replace(/-(.)/g, (_hyphen, character) => character.toUpperCase())
}

function readIfPresent(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
