// How the code of dist/ is put into few files, because each file that a program loads costs it time. What is loaded by `import()`, such as a
// protocol, is a file of its own; what several entry points need is in shared ones.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** @type {import('esbuild').BuildOptions} */
export const bundle = {
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: ['middleware/index.ts', 'providers/index.ts', 'lib/stores/index.ts', 'testing/index.ts'],
  outbase: '.',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: [...Object.keys(dependencies), ...Object.keys(peerDependencies)].flatMap((name) => [name, `${name}/*`]),
  plugins: [providersByName(), configurationWhenAsked()],
}

/** Each provider's data is made when its name is asked for: an application uses a few of them. */
function providersByName() {
  return {
    name: 'providers by name',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]providers[\\/]index\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8')
        const files = new Map([...source.matchAll(/^import (\w+) from '(\.\/[^']+)'$/gm)].map(([, name, file]) => [name, file]))
        const contents = source.replace(/^import \w+ from '\.\/[^']+'\n/gm, '').replace(
          /^ {2}(?:'([^']+)': )?(\w+),$/gm,
          // The index exports types in lines of the same form.
          (line, slug, name) => (files.has(name) ? `  get '${slug ?? name}'() { return require('${files.get(name)}').default },` : line),
        )
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** The schema of the configuration is made by the first `authRouter(config)`, and not by loading the package. */
function configurationWhenAsked() {
  const module = '../lib/config/resolveConfig.js'
  return {
    name: 'configuration when asked',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]middleware[\\/]authRouter\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8')
        const statement = `import { resolveConfig } from '${module}'\n`
        if (!source.includes(statement)) throw new Error(`${path} does not import resolveConfig as the bundle expects`)
        return {
          contents: `${source.replace(statement, '')}\nconst resolveConfig = (...given) => require('${module}').resolveConfig(...given)\n`,
          loader: 'ts',
        }
      })
    },
  }
}
