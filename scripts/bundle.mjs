// How the code of dist/ is put into few files, because each file that a program loads costs it time. What is loaded by `import()`, such as a
// protocol or the routes, is a file of its own; what `import 'authrouter'` loads is in one, and what the stores need of that in another.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { catalogueOfFiles, httpsWhenUsed, required, requiredPackages } from './required.mjs'
import { configurationFile, configurationWhenAsked } from './configuration.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const packages = [...Object.keys(dependencies), ...Object.keys(peerDependencies)].filter((name) => !Object.hasOwn(required, name))
const entries = ['middleware/index', 'providers/index', 'lib/stores/index', 'testing/index']

/** What every bundle here is made with. */
const common = {
  cwd: root,
  platform: 'node',
  external: (id) => /^(?:node:(?!https$)|#)/.test(id) || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'node20' },
}
// Node.js keeps a file with a character beyond ASCII at twice the size, and is slower to read it.
const written = { comments: false, charset: 'ascii' }

/**
 * Bundles the entry points.
 * @param {string} folder where the files are written
 * @returns the files, as Rolldown tells them
 */
export async function bundle(folder) {
  const withoutConfiguration = await bundled(new Map(), (build, options) => build.generate(options))
  const others = new Set(withoutConfiguration.flatMap(({ moduleIds }) => moduleIds))
  const { output: configuration, shared } = await configurationFile(folder, others, { common, written })
  return [...(await bundled(shared, (build, options) => build.write({ ...options, dir: folder }))), ...configuration]
}

async function bundled(shared, make) {
  const build = await rolldown({
    ...common,
    input: Object.fromEntries(entries.map((entry) => [entry, join(root, `${entry}.ts`)])),
    plugins: [catalogueOfFiles(), requiredPackages(), httpsWhenUsed(), configurationWhenAsked(shared)],
  })
  const { output } = await make(build, {
    ...written,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: {
      groups: [
        { name: sharedChunk(), debugName: 'shared' },
        { name: 'protocols', test: /[\\/]lib[\\/]/, minShareCount: 2 },
      ],
    },
  })
  await build.close()
  return output
}

/** Names the shared file that a module is in; none for what one entry point, or a protocol, has for itself. */
function sharedChunk() {
  const closures = new Map()
  return (id, context) => {
    const loadedWith = (entry) => {
      if (!closures.has(entry)) closures.set(entry, closure(join(root, entry), context))
      return closures.get(entry)
    }
    if (!loadedWith('middleware/index.ts').has(id)) return null
    return loadedWith('lib/stores/index.ts').has(id) ? 'base' : 'core'
  }
}

/** A module with all that it imports, and they in turn. */
function closure(entry, context) {
  const found = new Set([entry])
  for (const path of found) for (const next of context.getModuleInfo(path)?.importedIds ?? []) found.add(next)
  return found
}
