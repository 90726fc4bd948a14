// Writes the code of dist/, beside the declarations, which are the compiler's.
//
//   node scripts/build.mjs [folder] [--tell]
//
// The folder is `dist` by default. With --tell it prints as JSON which modules are in which file, and what that imports.
import { copyFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { writeRequired } from './required.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const parameters = process.argv.slice(2)
const folder = parameters.find((parameter) => parameter !== '--tell') ?? join(root, 'dist')
const files = await bundle(folder)
await writeRequired(folder)
// The one package whose code is in the bundle.
copyFileSync(join(root, 'node_modules/valibot/LICENSE.md'), join(folder, 'valibot.LICENSE.md'))

if (parameters.includes('--tell')) {
  const paths = (ids) => ids.map((id) => (id.startsWith(root) ? relative(root, id).replaceAll('\\', '/') : id))
  console.log(JSON.stringify(files.map(({ fileName, moduleIds, imports }) => ({ fileName, moduleIds: paths(moduleIds), imports }))))
}
