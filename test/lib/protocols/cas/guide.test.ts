import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

function read(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')
}

/** What a block or a file says, without what it imports and from where. */
function withoutImports(text: string): string {
  return text.replace(/^import .*\n/gm, '').trim()
}

/** The file's protocol as an application defines one: at once, and not by a function. */
function definedAtOnce(text: string): string {
  return text.replace(
    /^export function cas\(\): OwnProtocol \{\n(?: +\/\/ .*\n)? {2}return (.*?)\n\}$/ms,
    (_whole, made: string) => `export const cas = ${made.replace(/^ {2}/gm, '')}`,
  )
}

test('the guide shows the CAS protocol as it is', () => {
  const blocks = [...read('docs/protocols.md').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => withoutImports(code))
  expect(blocks).toContain(withoutImports(definedAtOnce(read('lib/protocols/cas/cas.ts'))))
})
