import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { build, type Metafile } from 'esbuild'
// @ts-expect-error a script of the build, without types
import { bundle } from '../scripts/bundle.mjs'

// What an application loads and installs, by counts that are the same on every machine.

type Outputs = Metafile['outputs']

let outputs: Outputs

beforeAll(async () => {
  const result = await build({ ...(bundle as object), write: false, metafile: true, logLevel: 'silent' })
  outputs = result.metafile.outputs
})

/** The files of ours that are loaded with an entry point, and the packages, without what is loaded when it is needed. */
function loadedWith(entry: string): { files: string[]; packages: string[] } {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      if (kind !== 'import-statement') continue
      if (!external) files.add(path)
      else if (!path.startsWith('node:')) packages.add(path)
    }
  }
  return { files: [...files], packages: [...packages].sort() }
}

describe("import 'authrouter'", () => {
  test('loads at most twenty files and three packages', () => {
    const { files, packages } = loadedWith('dist/middleware/index.js')
    expect(files.length).toBeLessThanOrEqual(20)
    expect(packages).toEqual(['cookie', 'cookie-signature', 'on-headers'])
  })

  test('leaves each protocol, with its packages, to the first provider that speaks it', () => {
    const { files } = loadedWith('dist/middleware/index.js')
    const later = Object.entries(outputs)
      .filter(([path]) => /\/chunks\/(?:oauth1|oauth2|oidc|openid2|headerJwt)-/.test(path))
      .map(([path]) => path)
    expect(later).toHaveLength(5)
    expect(files.filter((path) => later.includes(path))).toEqual([])
  })

  test('has no module of ours twice', () => {
    const inputs = Object.values(outputs).flatMap(({ inputs: parts }) => Object.keys(parts))
    expect(inputs.filter((path, index) => inputs.indexOf(path) !== index)).toEqual([])
  })

  test('loads nothing of the catalogue with the stores', () => {
    const { files } = loadedWith('dist/lib/stores/index.js')
    const inputs = files.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    expect(inputs.length).toBeGreaterThan(5)
    expect(inputs.filter((path) => path.startsWith('providers/') || path.startsWith('middleware/'))).toEqual([])
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
