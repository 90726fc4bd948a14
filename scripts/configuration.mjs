// The configuration has its schema, and with it a fifth of the code, in a file of its own, which the first `authRouter(config)` reads by `require`.
// What it shares with the rest is handed to it, so that no module is there twice.
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const entry = '../lib/config/resolveConfig.js'

/**
 * Writes `chunks/configuration.cjs`: a function of the shared modules, which answers what `resolveConfig.ts` exports.
 * @param {string} folder that of the bundle
 * @param {Set<string>} others the modules that are in other files
 * @returns the file, and what it has to be given: names by module
 */
export async function configurationFile(folder, others, { common, written }) {
  const shared = new Map()
  const build = await rolldown({
    ...common,
    input: { configuration: join(root, 'lib/config/resolveConfig.ts') },
    plugins: [
      {
        name: 'shared modules',
        async resolveId(id, importer, options) {
          const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
          if (!resolved || !others.has(resolved.id)) return resolved
          return { id: `shared:${relative(root, resolved.id).replaceAll('\\', '/')}`, external: true }
        },
      },
    ],
  })
  const { output } = await build.write({
    ...written,
    dir: folder,
    format: 'cjs',
    strict: true,
    entryFileNames: 'chunks/[name].cjs',
    intro: 'module.exports = (shared) => {\nconst exports = {};',
    outro: 'return exports;\n};',
    plugins: [{ name: 'handed in', renderChunk: (code) => handedIn(code, shared) }],
  })
  await build.close()
  return { output, shared }
}

/** Takes each shared module from the parameter instead, and notes which of its names are used. */
function handedIn(code, shared) {
  return code.replace(/^(?:let (\w+) = )?require\("shared:([^"]+)"\);\n/gm, (_statement, variable, module) => {
    if (variable === undefined) return ''
    const used = [...code.matchAll(new RegExp(`\\b${variable}(?!\\w)(?:\\.(\\w+))?`, 'g'))].map(([, name]) => name).slice(1)
    if (used.includes(undefined)) throw new Error(`The configuration uses ${module} otherwise than by its names`)
    shared.set(module, [...new Set(used)].sort())
    return `let ${variable} = shared["${module}"];\n`
  })
}

/**
 * The middleware's way to that file.
 * @param {Map<string, string[]>} shared the names that it is given, by module
 */
export function configurationWhenAsked(shared) {
  return {
    name: 'configuration when asked',
    transform: {
      order: 'pre',
      filter: { id: /[\\/]middleware[\\/]authRouter\.ts$/ },
      handler(source, path) {
        const statement = `import { resolveConfig } from '${entry}'\n`
        if (!source.includes(statement)) throw new Error(`${path} does not import resolveConfig as the bundle expects`)
        const modules = [...shared].map(([module, names], index) => ({
          imports: `import { ${names.map((name) => `${name} as ${name}${index}`).join(', ')} } from '../${module.replace(/\.ts$/, '.js')}'`,
          member: `'${module}': { ${names.map((name) => `${name}: ${name}${index}`).join(', ')} }`,
        }))
        return `${source.replace(statement, '')}
import { configuration } from '#required'
${modules.map(({ imports }) => imports).join('\n')}

let asked
function resolveConfig(...given) {
  asked ??= configuration()({ ${modules.map(({ member }) => member).join(', ')} })
  return asked.resolveConfig(...given)
}
`
      },
    },
  }
}
