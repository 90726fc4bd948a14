import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { catalogue } from '../providers/index.js'

/** The rules of the house that a machine can keep. */

const root = fileURLToPath(new URL('..', import.meta.url))

function sources(room: string): { path: string; text: string }[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: join(room, name), text: readFileSync(join(root, room, name), 'utf8') }))
}

/** What a file imports, as paths from the project's root; packages as they are named. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? relative(root, join(root, path, '..', target)) : target,
  )
}

const allowed: Record<string, RegExp> = {
  lib: /^lib\//,
  providers: /^lib\/types\.js$/,
  middleware: /^(middleware|lib|providers)\//,
  testing: /^(testing\/|lib\/stores\/(tokenStore|userStore)\.js$|lib\/model\/user\.js$)/,
  'example-app': /^example-app\//,
}

describe.each(Object.entries(allowed))('%s/', (room, rooms) => {
  test('imports one way only', () => {
    const isOwn = (target: string): boolean => /^(lib|providers|middleware|testing|example-app|test)\//.test(target)
    const wrong = sources(room)
      .filter(({ path }) => path !== 'providers/index.ts')
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => isOwn(target) && !rooms.test(target))
          .map((target) => `${file.path} -> ${target}`),
      )
    expect(wrong).toEqual([])
  })
})

// Short names are words of English, and the name of a protocol or of a word of the standards is no provider's.
const words = new Set('line kick oidc openid slack box x notion linear monday meetup auth0 telegram threads clever polar ory'.split(' '))
const names = Object.keys(catalogue).filter((name) => name.length > 3 && !words.has(name))

describe.each(['lib', 'middleware'])('%s/', (room) => {
  test("knows no provider's name", () => {
    const pattern = new RegExp(`\\b(?:${names.join('|')})\\b`, 'i')
    const found = sources(room).flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const name = pattern.exec(line)?.[0]
        return name === undefined ? [] : [`${path}:${String(index + 1)} ${name}`]
      }),
    )
    expect(found).toEqual([])
  })
})

test.each(['lib', 'middleware', 'providers', 'testing', 'example-app'])('no file of %s/ is too long to be read in one go', (room) => {
  const lengths = sources(room)
    .filter(({ path }) => path !== 'providers/index.ts')
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
  const long = lengths.filter(({ lines }) => lines > 260)
  expect(long).toEqual([])
})

test('tests that need Chromium, Redis, Postgres or Python can be left out', () => {
  const starts = /launchChromium|startRedis|startPostgres|sessionModes|python3/
  const bound = sources('test').filter(({ path, text }) => path.endsWith('.test.ts') && path !== 'test/rules.test.ts' && starts.test(text))
  expect(bound.length).toBeGreaterThan(5)
  expect(bound.filter(({ text }) => !/describeWith|describeModes/.test(text)).map(({ path }) => path)).toEqual([])
})

/** Where something depends on which protocol it is by that protocol's name. */
const nameAsked =
  /(?:[!=]==?\s*|\bcase\s+|\[)'(?:oauth1|oauth2|oidc|openid2|header-jwt)'|'(?:oauth1|oauth2|oidc|openid2|header-jwt)'\s*[!=]==?|\b(?:oauth1|oauth2|oidc|openid2)\??:/

test('what depends on the protocol is asked of the protocol, by its name in lib/protocols/ and lib/config/ alone', () => {
  const askers = ['lib', 'middleware'].flatMap(sources).flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => nameAsked.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  )
  const isAllowed = (asker: string): boolean => /^lib\/(?:protocols|config)\//.test(asker)
  expect(askers.filter(isAllowed).length).toBeGreaterThan(5)
  expect(askers.filter((asker) => !isAllowed(asker))).toEqual([])
})
