import { expect, test } from '@jest/globals'
import { closest, didYouMean } from '../../../lib/config/suggest.js'

const known = ['clientId', 'clientSecret', 'scope', 'scopes', 'issuer', 'x']

test.each([
  ['clientSecrt', 'clientSecret'],
  ['cleintId', 'clientId'],
  ['client_id', 'clientId'],
  ['CLIENT-SECRET', 'clientSecret'],
  ['scop', 'scope'],
  ['scopess', 'scopes'],
  ['isuer', 'issuer'],
  ['issueer', 'issuer'],
  ['X', 'x'],
])('"%s" was meant to be "%s"', (written, meant) => {
  expect(closest(written, known)).toBe(meant)
})

test.each(['y', 'tenant', 'id', ''])('"%s" resembles nothing', (written) => {
  expect(closest(written, known)).toBeUndefined()
})

test('The question ends the sentence, and so does its absence', () => {
  expect(didYouMean('scop', known)).toBe("; did you mean 'scope'?")
  expect(didYouMean('tenant', known)).toBe('.')
  expect(didYouMean('tenant', known, ': see the README.')).toBe(': see the README.')
})
