// What is not loaded before it is needed, by `require`: the providers, each when its name is asked for; three packages, which are CommonJS, so that an
// `import` would read them twice; and node:https, which nothing else in an Express application loads. A bundler of applications does not
// follow such a `require`, so that it gets a file which imports the same: `#required` in package.json names both.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'rolldown/utils'

const source = fileURLToPath(new URL('../providers', import.meta.url))

/** The packages, with the functions of each that are used. */
export const required = { cookie: ['parseCookie', 'stringifySetCookie'], 'cookie-signature': ['sign', 'unsign'], 'on-headers': ['default'] }

/** The catalogue of the bundle: an entry is read and made when its name is asked for, because an application uses a few of them. */
export function catalogueOfFiles() {
  return {
    name: 'catalogue of files',
    transform: {
      order: 'pre',
      filter: { id: /[\\/]providers[\\/]index\.ts$/ },
      handler(index, path) {
        const code = index
          .replace(/^import \w+ from '\.\/[^']+'\n/gm, '')
          .replace(/^export const catalogue = \{\n(?: {2}.+\n)+\} satisfies Record<string, Provider>$/m, catalogue)
        if (!code.includes(catalogue)) throw new Error(`${path} does not have the catalogue that the bundle expects`)
        return code
      },
    },
  }
}

// By their names: an object of all that a module exports takes a helper, which Rolldown puts into a file of its own where others need it too.
const types = [...readFileSync(join(source, '../lib/types.ts'), 'utf8').matchAll(/^export \{ (.+) \} from/gm)]
  .map(([, names]) => names)
  .join(', ')

const catalogue = `import { providers } from '#required'
import { ${types} } from '../lib/types.js'

const types = { ${types} }
export const catalogue: Record<string, Provider> = {}
for (const [slug, read] of Object.entries(providers)) {
  let entry: Provider | undefined
  Object.defineProperty(catalogue, slug, { enumerable: true, get: () => (entry ??= read()(types)) })
}`

/** The packages of `#required` in place of those that are imported by their names. */
export function requiredPackages() {
  const named = /^\0required:([^:]+)$/
  return {
    name: 'packages by name',
    resolveId: {
      filter: { id: new RegExp(`^(?:${Object.keys(required).join('|')})$`) },
      handler: (id) => `\0required:${id}`,
    },
    load: {
      filter: { id: named },
      handler(id) {
        const name = named.exec(id)[1]
        return `import { ${variable(name)} as load } from '#required'
let loaded
${required[name].map((member) => whenCalled(member)).join('\n')}
`
      },
    },
  }
}

/** A function of a package, which is loaded by the first call. */
function whenCalled(member) {
  const [named, path] = member === 'default' ? ['default function', ''] : [`function ${member}`, `.${member}`]
  return `export ${named}(...given) {
  loaded ??= load()
  return loaded${path}(...given)
}`
}

/** What is used of node:https, which is loaded by the first connections that are made, those of the first `authRouter(config)`. */
export function httpsWhenUsed() {
  const used = '\0required:node:https'
  return {
    name: 'https when used',
    resolveId: { order: 'pre', filter: { id: /^node:https$/ }, handler: () => used },
    load: {
      filter: { id: /^\0required:node:https$/ },
      handler: () => `import { https } from '#required'
export function Agent(options) {
  return new (https().Agent)(options)
}
export function request(...given) {
  return https().request(...given)
}
`,
    },
  }
}

/**
 * Writes the providers, and what is `#required`.
 * @param {string} folder that of the bundle
 */
export async function writeRequired(folder) {
  const slugs = readdirSync(source)
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts' && name !== 'retired.ts')
    .map((name) => name.slice(0, -'.ts'.length))
    .sort()
  await Promise.all(slugs.map(async (slug) => writeFileSync(join(folder, 'providers', `${slug}.cjs`), await providerFile(slug))))

  const names = Object.keys(required)
  mkdirSync(join(folder, 'required'), { recursive: true })
  writeFileSync(
    join(folder, 'required', 'node.js'),
    `import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
${names.map((name) => `export const ${variable(name)} = () => require("${name}");`).join('\n')}
export const https = () => require("node:https");
export const configuration = () => require("../chunks/configuration.cjs");

export const providers = {
${slugs.map((slug) => `\t"${slug}": () => require("../providers/${slug}.cjs"),`).join('\n')}
};
`,
  )
  writeFileSync(
    join(folder, 'required', 'bundled.js'),
    `${names.map((name) => `import ${isOneFunction(name) ? '' : '* as '}${variable(`the-${name}`)} from "${name}";`).join('\n')}
${slugs.map((slug) => `import ${variable(`the-${slug}`)} from "../providers/${slug}.cjs";`).join('\n')}
import theConfiguration from "../chunks/configuration.cjs";
import * as theHttps from "node:https";

${names.map((name) => `export const ${variable(name)} = () => ${variable(`the-${name}`)};`).join('\n')}
export const https = () => theHttps;
export const configuration = () => theConfiguration;
export const providers = {
${slugs.map((slug) => `\t"${slug}": () => ${variable(`the-${slug}`)},`).join('\n')}
};
`,
  )
}

/** A provider's file as CommonJS: a function of what `lib/types.ts` exports, of which there is one. */
async function providerFile(slug) {
  const path = join(source, `${slug}.ts`)
  const { code, errors } = await transform(path, readFileSync(path, 'utf8'), { target: 'node20' })
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const imported = []
  const body = code
    .replace(/^import (\{.*\}) from "(.+)";$/gm, (_statement, members, from) => {
      imported.push(`\tconst ${members.replaceAll(' as ', ': ')} = ${from === '../lib/types.js' ? 'types' : `require("${from}")`};`)
      return ''
    })
    .replace(/^export default /m, 'const provider = ')
  if (/^(?:import|export) /m.test(body)) throw new Error(`${path} imports or exports in a way that the build does not know`)
  return `"use strict";\n\nmodule.exports = (types) => {\n${imported.join('\n')}\n${body.trim()}\nreturn provider;\n};\n`
}

/** Whether a package is one function, which its `module.exports` is. */
function isOneFunction(name) {
  return required[name].includes('default')
}

function variable(name) {
  return name.replace(/-(\w)/g, (_dash, letter) => letter.toUpperCase())
}
