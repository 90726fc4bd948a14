import { expect, test } from '@jest/globals'
import { readChallenges } from '../../../../lib/client/challenges/wwwAuthenticate.js'

function read(header: string): unknown {
  return readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
}

test.each<[string, unknown]>([
  ['Bearer', [['bearer', {}]]],
  ['Bearer realm="a, b", error=invalid_token', [['bearer', { realm: 'a, b', error: 'invalid_token' }]]],
  ['DPoP algs="ES256 PS256" , ERROR = "x"', [['dpop', { algs: 'ES256 PS256', error: 'x' }]]],
  [
    'Basic realm="one", Bearer error="two", DPoP error="three"',
    [
      ['basic', { realm: 'one' }],
      ['bearer', { error: 'two' }],
      ['dpop', { error: 'three' }],
    ],
  ],
  ['Bearer error="a \\"quoted\\" \\\\ word"', [['bearer', { error: 'a "quoted" \\ word' }]]],
  ['Bearer error="first", error="second"', [['bearer', { error: 'first' }]]],
  ['Bearer error=""', [['bearer', { error: '' }]]],
  // A name in a text is no parameter.
  ['Bearer realm="error=\\"insufficient_user_authentication\\""', [['bearer', { realm: 'error="insufficient_user_authentication"' }]]],
  ['Bearer __proto__="x"', [['bearer', JSON.parse('{"__proto__":"x"}')]]],
  ['', []],
  [', ,', []],
  ['error="nobody\'s"', []],
])('%s', (header, expected) => {
  expect(read(header)).toEqual(expected)
})

test.each([
  'Bearer a="' + '\\"'.repeat(200_000),
  'a='.repeat(200_000),
  'a="'.repeat(200_000),
  ' '.repeat(400_000),
  'Bearer ' + 'a '.repeat(200_000),
])('A header of any length takes no time (%#)', (header) => {
  const started = performance.now()
  readChallenges(header)
  expect(performance.now() - started).toBeLessThan(200)
})
