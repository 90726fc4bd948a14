import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

function read(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')
}

/** What a block or a file says, without what it imports and from where. */
function withoutImports(text: string): string {
  return text.replace(/^import .*\n/gm, '').trim()
}

test('the guide shows the CAS protocol as it is', () => {
  const blocks = [...read('docs/protocols.md').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => withoutImports(code))
  expect(blocks).toContain(withoutImports(read('lib/protocols/cas/cas.ts')))
})
