// Makes one file of the built catalogue, so that an application loads one module and not one for each provider.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('../dist/providers', import.meta.url))
const index = join(folder, 'index.js')

await build({
  entryPoints: [index],
  outfile: index,
  allowOverwrite: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['../lib/*'],
})
// The declarations stay: the index's own refer to them.
for (const name of readdirSync(folder)) if (name.endsWith('.js') && name !== 'index.js') rmSync(join(folder, name))
