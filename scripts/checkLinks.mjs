// Checks that every relative link of the pages leads to a file of the published package, and to a heading that it has.
import { execSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [{ files }] = JSON.parse(
  execSync('npm pack --dry-run --json --ignore-scripts', { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
)
const packed = new Set(files.map(({ path }) => path))
const read = (page) => readFileSync(root + page, 'utf8')
/** The anchors that GitHub and npm make of a page's headings. */
const anchorsOf = (page) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

const pages = [...packed].filter((path) => path.endsWith('.md'))
let links = 0
for (const page of pages) {
  for (const [, link] of read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
    links++
    const [path, anchor] = link.split('#')
    const target = path === '' ? page : posix.join(posix.dirname(page), path)
    if (packed.has(target) && (anchor === undefined || anchorsOf(target).includes(anchor))) continue
    console.error(`${page}: the link ${link} leads nowhere in the published package`)
    process.exitCode = 1
  }
}
console.log(`${links} links of ${pages.length} pages checked`)
