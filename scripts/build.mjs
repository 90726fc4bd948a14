// Writes the code of dist/ beside the compiler's declarations, in few files, because each file that a program loads costs it time.
// What is loaded by `import()`, such as a protocol, is a file of its own; what several entry points need is in shared ones.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const entryPoints = ['middleware/index.ts', 'providers/index.ts', 'lib/stores/index.ts', 'testing/index.ts']

await build({
  absWorkingDir: root,
  entryPoints,
  outbase: '.',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [providersByName()],
})

/** Each provider's data is made when its name is asked for: an application uses a few of them. */
function providersByName() {
  return {
    name: 'providers by name',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]providers[\\/]index\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8')
        const files = new Map([...source.matchAll(/^import (\w+) from '(\.\/[^']+)'$/gm)].map(([, name, file]) => [name, file]))
        const contents = source
          .replace(/^import \w+ from '\.\/[^']+'\n/gm, '')
          .replace(/^ {2}(?:'([^']+)': )?(\w+),$/gm, (line, slug, name) =>
            files.has(name) ? `  get '${slug ?? name}'() { return require('${files.get(name)}').default },` : line,
          )
        return { contents, loader: 'ts' }
      })
    },
  }
}
