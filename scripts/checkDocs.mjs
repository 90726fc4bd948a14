// Type-checks every `ts` block of the README and of docs/, each as a module of its own that uses the package as a reader would.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.docs-check')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
let blocks = 0
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8')
  for (const [, code] of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    // The block's place in its page makes a compiler's message lead back to it.
    writeFileSync(join(folder, `${page.replace(/[^\w]+/g, '-')}-${++blocks}.ts`), `${code}\nexport {}\n`)
  }
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: { rootDir: '..', noEmit: true },
    include: ['*.ts', '../testing/openidTypes.d.ts'],
  }),
)
try {
  execFileSync(process.execPath, [join(root, 'node_modules/@typescript/native/bin/tsc'), '-p', folder], { stdio: 'inherit' })
  console.log(`${blocks} blocks of ${pages.length} pages type-check`)
} catch {
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
