import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

/** The rooms of `lib/` and the arrows between them: an import runs down the list only. The rooms of `middleware/` follow. */

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each room may import besides itself; its folders belong to it. */
const mayImport: Record<string, readonly string[]> = {
  // The flow: login, callback, profile, returnTo; and types.ts, the face of model/.
  'lib': ['lib/protocols', 'lib/model', 'lib/base'],
  'lib/config': ['lib', 'lib/client', 'lib/refresh', 'lib/protocols', 'lib/endpoints', 'lib/tokens', 'lib/stores', 'lib/http', 'lib/model', 'lib/base'],
  'lib/client': ['lib/refresh', 'lib/protocols', 'lib/endpoints', 'lib/tokens', 'lib/http', 'lib/model', 'lib/base'],
  'lib/refresh': ['lib/protocols', 'lib/tokens', 'lib/stores', 'lib/model', 'lib/base'],
  'lib/protocols': ['lib/endpoints', 'lib/tokens', 'lib/http', 'lib/model', 'lib/base'],
  'lib/endpoints': ['lib/tokens', 'lib/http', 'lib/model', 'lib/base'],
  'lib/tokens': ['lib/stores', 'lib/model', 'lib/base'],
  'lib/stores': ['lib/model', 'lib/base'],
  'lib/http': ['lib/model', 'lib/base'],
  'lib/model': [],
  'lib/base': [],
}

const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join('lib', name))

/** The files of ours that each file imports, types included. */
const imports = new Map(files.map((path) => [path, importsOf(path)]))

function importsOf(path: string): string[] {
  return [...readFileSync(join(root, path), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)]
    .map(([, target = '']) => `${join(dirname(path), target)}.ts`)
    .filter((target) => existsSync(join(root, target)))
}

function roomOf(path: string): string {
  return dirname(path).split('/').slice(0, 2).join('/')
}

test('every room is on the list', () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(mayImport).sort())
})

test('imports run down the list only', () => {
  const up = files.filter((path) => path !== 'lib/types.ts').flatMap((path) => (imports.get(path) ?? [])
    .filter((target) => roomOf(target) !== roomOf(path) && !mayImport[roomOf(path)]?.includes(roomOf(target)))
    .map((target) => `${path} -> ${target}`))
  expect(up).toEqual([])
})

test('no files import each other in a circle, types included', () => {
  // What imports nothing that is left is taken away, until only circles, and what leads to them, are.
  let left = new Map(imports)
  for (;;) {
    const rest = new Map([...left].filter(([, targets]) => targets.some((target) => left.has(target))))
    if (rest.size === left.size) break
    left = rest
  }
  expect([...left.keys()]).toEqual([])
})

test('a folder holds at most twelve files', () => {
  const folders = [...new Set(files.map((path) => dirname(path)))]
  const counts = folders.map((folder) => [folder, files.filter((path) => dirname(path) === folder).length] as const)
  expect(counts.filter(([, count]) => count > 12)).toEqual([])
})

test('nobody imports lib/types.ts but the providers and the public face', () => {
  const middleware = readdirSync(join(root, 'middleware'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join('middleware', name))
  const importers = [...files, ...middleware].filter((path) => importsOf(path).includes('lib/types.ts'))
  expect(importers).toEqual(['middleware/index.ts'])
})
