import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import { catalogue, retired } from '../providers/index.js'

// What an application loads and installs, by counts that are the same on every machine.

const root = process.cwd()
const place = mkdtempSync(join(tmpdir(), 'authrouter-weight-'))
const dist = join(place, 'dist')

/** A file of the bundle: its modules by their paths, and what is loaded with it. */
interface Built {
  fileName: string
  moduleIds: string[]
  imports: string[]
}

let built: Map<string, Built>

beforeAll(() => {
  // As it is installed: the packages that it needs are beside it.
  copyFileSync('package.json', join(place, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  mkdirSync(join(dist, 'providers'), { recursive: true })
  const told = execFileSync(process.execPath, ['scripts/build.mjs', dist, '--tell'], { cwd: root, encoding: 'utf8' })
  built = new Map((JSON.parse(told) as Built[]).map((file) => [file.fileName, file]))
})

afterAll(() => {
  rmSync(place, { recursive: true })
})

/** The files of ours that are loaded with an entry point, and what they import of others, without what is loaded when it is needed. */
function loadedWith(entry: string): { files: string[]; packages: string[] } {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files) {
    for (const path of built.get(file)?.imports ?? []) {
      if (built.has(path)) files.add(path)
      else if (!path.startsWith('node:')) packages.add(path)
    }
  }
  return { files: [...files], packages: [...packages].sort() }
}

/** The files of these names, of which none is loaded with the package. */
function laterOf(...names: string[]): string[] {
  const later = [...built.keys()].filter((path) => names.some((name) => path.startsWith(`chunks/${name}-`)))
  expect(later).toHaveLength(names.length)
  const { files } = loadedWith('middleware/index.js')
  expect(files.filter((path) => later.includes(path))).toEqual([])
  return later
}

/** Runs a program in a folder that has authrouter, and reads what it prints as JSON. */
function run(program: string): unknown {
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: place, encoding: 'utf8' }))
}

const configuration = `{
  baseUrl: 'http://localhost:3000', secret: 'kA7dJq93mZx0PwLr5TnVb2HcYe8GsUf1', providers: { github: { clientId: 'id', clientSecret: 'secret' } },
}`

describe("import 'authrouter'", () => {
  test('loads four files, and no package', () => {
    const { files, packages } = loadedWith('middleware/index.js')
    expect(files.sort()).toEqual([expect.stringMatching(/^chunks\/base-/), expect.stringMatching(/^chunks\/core-/), 'middleware/index.js'])
    // The fourth, which leaves all that it names for later.
    expect(packages).toEqual(['#required'])
  })

  // V8 scans what it does not run, 19 microseconds a KB: with more, the package takes longer to load than a quarter of what Express takes.
  test('reads at most 350 KB: what few requests need belongs into a file that is loaded when one does', () => {
    const { files } = loadedWith('middleware/index.js')
    const bytes = [...files, 'required/node.js'].map((path) => statSync(join(dist, path)).size)
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(350_000)
  })

  test('leaves the configuration and node:https to the first authRouter(config), and a provider to the first entry that names it', () => {
    const files = run(`
      import { createRequire } from 'node:module'
      const required = () => Object.keys(createRequire(import.meta.url).cache)
      const { authRouter } = await import('authrouter')
      const before = [...required(), ...process.moduleLoadList.filter((name) => name === 'NativeModule https')]
      authRouter(${configuration})
      console.log(JSON.stringify([before, required().filter((path) => path.endsWith('.cjs'))]))`) as string[][]
    expect(files.map((paths) => paths.map((path) => relative(dist, path)))).toEqual([
      [],
      ['chunks/configuration.cjs', 'providers/github.cjs'],
    ])
  })

  test('leaves each protocol, with its packages, to the first provider that speaks it, and the rest of a login to the first', () => {
    const later = laterOf('oauth1', 'oauth2', 'oidc', 'openid2', 'headerJwt', 'ownProtocol', 'protocols')
    const modules = later.flatMap((path) => built.get(path)?.moduleIds ?? [])
    expect(modules).toEqual(expect.arrayContaining(['lib/login.ts', 'lib/callback.ts', 'lib/endpoints/discovery/discovery.ts']))
  })

  test('leaves what an API client does to its first call, and rare calls to the first of each', () => {
    laterOf('calls', 'device', 'introspection', 'refreshedUser', 'revocation')
  })

  test('leaves the routes to the first request for one, which fails where they cannot be read, and the next tries again', () => {
    const { files } = loadedWith('middleware/index.js')
    const later = [...built.values()].filter(({ moduleIds }) => moduleIds.includes('middleware/routes/answers.ts'))
    expect(later).toHaveLength(1)
    const [{ fileName, moduleIds } = { fileName: '', moduleIds: [] }] = later
    expect(files).not.toContain(fileName)
    expect(moduleIds).toEqual(expect.arrayContaining(['middleware/routes/login.ts', 'middleware/routes/callback.ts']))

    const path = JSON.stringify(join(dist, fileName))
    const statuses = run(`
      import { once } from 'node:events'
      import { renameSync } from 'node:fs'
      import { createServer } from 'node:http'
      import { authRouter } from 'authrouter'
      const auth = authRouter({ ...${configuration}, logger: false })
      const server = createServer((req, res) => auth(req, res, () => res.end())).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const status = async (path) => (await fetch('http://127.0.0.1:' + server.address().port + path, { redirect: 'manual' })).status
      const statuses = []
      renameSync(${path}, ${path} + '.away')
      try {
        for (const asked of ['/own', '/auth/github']) statuses.push(await status(asked))
      } finally {
        renameSync(${path} + '.away', ${path})
      }
      statuses.push(...(await Promise.all(['/auth/github', '/auth'].map(status))))
      server.close()
      console.log(JSON.stringify(statuses))`)
    expect(statuses).toEqual([200, 500, 302, 200])
  })

  test('has no module of ours twice', () => {
    const modules = [...built.values()].flatMap(({ moduleIds }) => moduleIds)
    expect(modules.length).toBeGreaterThan(300)
    expect(modules.filter((path, index) => modules.indexOf(path) !== index)).toEqual([])
    // The providers are files beside the bundle.
    expect(modules.filter((path) => /^providers\/(?!index|retired)/.test(path))).toEqual([])
    const slugs = readdirSync(join(dist, 'providers')).filter((name) => name.endsWith('.cjs'))
    expect(slugs.map((name) => name.slice(0, -'.cjs'.length)).sort()).toEqual(Object.keys(catalogue).sort())
  })

  test('loads nothing of the catalogue with the stores', () => {
    const { files } = loadedWith('lib/stores/index.js')
    const modules = files.flatMap((path) => built.get(path)?.moduleIds ?? [])
    expect(modules.length).toBeGreaterThan(5)
    expect(modules.filter((path) => !path.startsWith('lib/stores/') && !path.startsWith('lib/base/'))).toEqual([])
  })
})

describe('the catalogue of the package', () => {
  test('is that of its source', () => {
    const told = run(`
      import { catalogue, retired } from 'authrouter/providers'
      console.log(JSON.stringify([catalogue, retired]))`)
    expect(told).toEqual(JSON.parse(JSON.stringify([catalogue, retired])))
  })

  test('has one entry for a name, however often it is asked for, and one class of errors', () => {
    const told = run(`
      import { AuthError, authRouter } from 'authrouter'
      import { catalogue } from 'authrouter/providers'
      const thrown = []
      for (const config of [{}, { ...${configuration}, providers: { nobody: {} } }]) try { authRouter(config) } catch (error) { thrown.push(error) }
      console.log(JSON.stringify([catalogue.github === catalogue.github, thrown.map((error) => error instanceof AuthError && error.code)]))`)
    expect(told).toEqual([true, ['config_invalid', 'config_invalid']])
  })

  test('is in the bundle of an application too, which signs in without the files of ours', async () => {
    writeFileSync(
      join(place, 'app.mjs'),
      `import { once } from 'node:events'
       import { createServer } from 'node:http'
       import { authRouter } from 'authrouter'
       const auth = authRouter(${configuration})
       auth.register('school', { provider: 'cas', server: 'cas.school.example' })
       const server = createServer((req, res) => auth(req, res, () => res.end())).listen(0, '127.0.0.1')
       await once(server, 'listening')
       const locations = []
       for (const slug of ['github', 'school']) {
         const { headers } = await fetch('http://127.0.0.1:' + server.address().port + '/auth/' + slug, { redirect: 'manual' })
         locations.push(new URL(headers.get('location')).host)
       }
       console.log(JSON.stringify(locations))
       process.exit()`,
    )
    const alone = mkdtempSync(join(tmpdir(), 'authrouter-alone-'))
    try {
      await build({
        absWorkingDir: place,
        entryPoints: ['app.mjs'],
        outfile: join(alone, 'app.mjs'),
        bundle: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'silent',
        // esbuild needs it for packages that are CommonJS, such as cookie-signature, and call `require` for what Node.js has.
        banner: { js: "import { createRequire as forPackages } from 'node:module'; const require = forPackages(import.meta.url);" },
      })
      symlinkSync(join(root, 'node_modules'), join(alone, 'node_modules'))
      expect(JSON.parse(execFileSync(process.execPath, ['app.mjs'], { cwd: alone, encoding: 'utf8' }))).toEqual([
        'github.com',
        'cas.school.example',
      ])
    } finally {
      rmSync(alone, { recursive: true })
    }
  })
})

test('a production install has at most 35 packages', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dependencies?: Record<string, string> }>
  }
  const found = new Set<string>()
  const add = (name: string, from: string): void => {
    // As Node.js looks for it: beside the package that asks, then one folder up at a time.
    for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
      const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      if (packages[path]) {
        if (found.has(path)) return
        found.add(path)
        for (const next of Object.keys(packages[path].dependencies ?? {})) add(next, path)
        return
      }
      if (folder === '') throw new Error(`${name} is not in the lock file`)
    }
  }
  for (const name of Object.keys(packages['']?.dependencies ?? {})) add(name, '')
  expect(found.size).toBeGreaterThan(10)
  expect(found.size).toBeLessThanOrEqual(35)
})
