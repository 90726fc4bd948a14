import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

/** The rooms of `lib/` and `middleware/`, and the arrows between them: an import runs down the list only. */

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each room may import besides itself; its folders belong to it. */
const mayImport: Record<string, readonly string[]> = {
  // authRouter.ts, and index.ts, the public face.
  middleware: [
    'middleware/hosts',
    'middleware/router',
    'middleware/routes',
    'middleware/request',
    'middleware/login',
    'middleware/logout',
    'middleware/sessions',
    'middleware/tokens',
    'middleware/core',
    'middleware/pages',
    'middleware/http',
  ],
  'middleware/hosts': ['middleware/router', 'middleware/request', 'middleware/sessions', 'middleware/core', 'middleware/http'],
  'middleware/router': [
    'middleware/accounts',
    'middleware/routes',
    'middleware/request',
    'middleware/login',
    'middleware/logout',
    'middleware/sessions',
    'middleware/tokens',
    'middleware/core',
    'middleware/pages',
    'middleware/http',
  ],
  'middleware/routes': [
    'middleware/accounts',
    'middleware/login',
    'middleware/logout',
    'middleware/tokens',
    'middleware/core',
    'middleware/pages',
    'middleware/http',
  ],
  'middleware/request': [
    'middleware/accounts',
    'middleware/login',
    'middleware/logout',
    'middleware/sessions',
    'middleware/tokens',
    'middleware/core',
    'middleware/http',
  ],
  'middleware/login': ['middleware/accounts', 'middleware/sessions', 'middleware/tokens', 'middleware/core', 'middleware/http'],
  'middleware/logout': ['middleware/accounts', 'middleware/sessions', 'middleware/tokens', 'middleware/core', 'middleware/http'],
  'middleware/sessions': ['middleware/tokens', 'middleware/core', 'middleware/http'],
  'middleware/accounts': ['middleware/core'],
  'middleware/tokens': ['middleware/core', 'middleware/http'],
  'middleware/core': ['middleware/pages', 'middleware/http'],
  'middleware/pages': [],
  'middleware/http': [],

  // The flow: login, callback, profile, returnTo; and types.ts, the face of model/.
  lib: ['lib/protocols', 'lib/model', 'lib/base'],
  'lib/config': [
    'lib',
    'lib/client',
    'lib/refresh',
    'lib/protocols',
    'lib/endpoints',
    'lib/tokens',
    'lib/stores',
    'lib/http',
    'lib/model',
    'lib/base',
  ],
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

const files = ['lib', 'middleware'].flatMap(filesOf)

/** The files of ours that each file imports, types included. */
const imports = new Map(files.map((path) => [path, importsOf(path)]))

function filesOf(top: string): string[] {
  return readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(top, name))
}

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
  const up = files
    .filter((path) => path !== 'lib/types.ts')
    .flatMap((path) =>
      (imports.get(path) ?? [])
        .filter((target) => files.includes(target) && roomOf(target) !== roomOf(path) && !mayImport[roomOf(path)]?.includes(roomOf(target)))
        .filter((target) => !(path.startsWith('middleware/') && target.startsWith('lib/')))
        .map((target) => `${path} -> ${target}`),
    )
  expect(up).toEqual([])
})

test('no files import each other in a circle, types included', () => {
  expect(inCircles(files)).toEqual([])
})

test('a folder holds at most twelve files', () => {
  const folders = [...new Set(files.map((path) => dirname(path)))]
  const counts = folders.map((folder) => [folder, files.filter((path) => dirname(path) === folder).length] as const)
  expect(counts.filter(([, count]) => count > 12)).toEqual([])
})

test('nobody imports lib/types.ts but the providers and the public face', () => {
  const importers = files.filter((path) => imports.get(path)?.includes('lib/types.ts'))
  expect(importers).toEqual(['middleware/index.ts'])
})

test('only hosts/ knows the requests and responses of node and of Express, and express-session', () => {
  const ofHosts =
    /\b(?:IncomingMessage|ServerResponse|setHeader|writeHead|headersSent|sessionID|sessionStore)\b|'express-session'|from 'on-headers'/
  const others = files.filter((path) => path.startsWith('middleware/') && roomOf(path) !== 'middleware/hosts')
  expect(others.filter((path) => ofHosts.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
})

test("every function of the application's is called through callHook, with an end to waiting for it", () => {
  const call = /(?<before>[^]{0,160})\b(?:onLogin|onLogout|onTokens|onError|fetchToken|lookup|check)\??\.?\((?!\w+: )/g
  const unguarded = files
    .filter((path) => path.startsWith('middleware/'))
    .flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(call)].map(({ groups }) => ({ path, before: groups?.['before'] ?? '' })),
    )
    .filter(({ before }) => !/(?:callHook|hooked)\(|function $/.test(before))
  expect(unguarded).toEqual([])
})

test('what happens is told in core/events alone', () => {
  const tellers = files.filter((path) => path.startsWith('middleware/') && /\bengine\.emit\(/.test(readFileSync(join(root, path), 'utf8')))
  expect(tellers).toEqual(['middleware/core/events.ts'])
})

test.each(['example-app', 'testing'])('no files of %s/ import each other in a circle, types included', (top) => {
  expect(inCircles(filesOf(top))).toEqual([])
})

test('example-app/app.ts is short, and has the call of authRouter', () => {
  const text = readFileSync(join(root, 'example-app/app.ts'), 'utf8')
  expect(text).toContain('authRouter({')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
})

test('docs/architecture.md names files that are there', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const named = [...new Set([...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.ts)`/g)].map(([, path = '']) => path))]
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((path) => !['', 'middleware', 'lib', 'lib/protocols'].some((top) => existsSync(join(root, top, path))))).toEqual([])
})

/** The files that stand in circles of imports, and those that lead to them. */
function inCircles(paths: readonly string[]): string[] {
  let left = new Map(paths.map((path) => [path, importsOf(path)]))
  for (;;) {
    // What imports nothing that is left is taken away, until nothing more can be.
    const rest = new Map([...left].filter(([, targets]) => targets.some((target) => left.has(target))))
    if (rest.size === left.size) return [...left.keys()]
    left = rest
  }
}

test.each(['lib', 'middleware'])('every folder of test/%s is named like a room', (top) => {
  const rooms = readdirSync(join(root, 'test', top), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(join(root, 'test'), join(entry.parentPath, entry.name)))
  expect(rooms.filter((room) => !existsSync(join(root, room)))).toEqual([])
  expect(rooms.length).toBeGreaterThan(3)
})
