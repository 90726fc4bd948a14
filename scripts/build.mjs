// Writes the code of dist/, beside the declarations, which are the compiler's.
import { copyFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundle } from './bundle.mjs'

await build(bundle)
// The one package whose code is in the bundle.
const root = fileURLToPath(new URL('..', import.meta.url))
copyFileSync(`${root}node_modules/valibot/LICENSE.md`, `${root}dist/valibot.LICENSE.md`)
