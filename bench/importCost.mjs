// What the catalogue costs at start-up: `import 'authrouter'` and a router with two providers, with the catalogue as it is and with an
// empty one, in processes of their own, in turn. Prints medians in milliseconds.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.argv[2] ?? 25)
const folder = mkdtempSync(join(tmpdir(), 'authrouter-bench-'))

try {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'dist/providers/index.js'),
    'export const catalogue = {}\nexport const retired = {}\nexport const defineProvider = (provider) => provider\n',
  )
  const full = []
  const empty = []
  for (let round = 0; round < rounds; round++) {
    full.push(measure(root))
    empty.push(measure(folder))
  }
  const [withCatalogue, without] = [full, empty].map(median)
  console.log(
    `with the catalogue ${withCatalogue.toFixed(1)} ms, without ${without.toFixed(1)} ms, difference ${(withCatalogue - without).toFixed(1)} ms (median of ${rounds})`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function measure(place) {
  const program = `
    const start = performance.now()
    const { authRouter } = await import('${place.replace(/\/$/, '')}/dist/middleware/index.js')
    const entry = { protocol: 'oauth2', authorizationEndpoint: 'https://a.example/a', tokenEndpoint: 'https://a.example/t', clientId: 'a', clientSecret: 'b', profile: { id: 'id' } }
    authRouter({ secret: 'a secret of the bench, long enough to seal', logger: false, providers: { one: entry, two: entry } })
    console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', cwd: place }))
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
