import { describe, expect, test } from '@jest/globals'
import { createSealer } from '../../../lib/base/seal.js'
import { openCredentials, sealCredentials } from '../../../lib/tokens/sealedCredentials.js'
import { areSame, latestIssue, namedTarget, tokensFor, withTokenFor, withTokensOf } from '../../../lib/tokens/targets.js'
import { readTokens } from '../../../lib/tokens/tokens.js'
import type { Tokens } from '../../../lib/types.js'

/** Tokens for other resources, beside those of the account. */

const now = 1_800_000_000
const account: Tokens = {
  accessToken: 'own',
  tokenType: 'Bearer',
  refreshToken: 'r1',
  idToken: 'i',
  scope: 'a b',
  issuedAt: now - 100,
  expiresAt: now + 3500,
  facts: { shop: 'x' },
}
const answer = (accessToken: string, more: Partial<Tokens> = {}): Tokens => ({
  accessToken,
  tokenType: 'Bearer',
  refreshToken: 'r2',
  idToken: 'other',
  issuedAt: now,
  expiresAt: now + 60,
  ...more,
})
const files = namedTarget({ resource: ['https://files.example/'] })

describe('A target', () => {
  test('has one name, whatever the order of its parts', () => {
    expect(namedTarget({ resource: ['b', 'a', 'a'], scope: ['y', 'x'] }).key).toBe(
      namedTarget({ scope: ['x', 'y'], resource: ['a', 'b'] }).key,
    )
    const targets = [{ resource: ['a'] }, { scope: ['a'] }, { audience: ['a'] }, { resource: ['a', 'b'] }, { resource: ['a b'] }]
    expect(new Set(targets.map((target) => namedTarget(target).key)).size).toBe(targets.length)
  })

  test('has ended tokens until it is asked for, and then its own, with what the account shares', () => {
    expect(tokensFor(account, files)).toEqual({
      accessToken: '',
      tokenType: 'Bearer',
      issuedAt: 0,
      expiresAt: 0,
      refreshToken: 'r1',
      idToken: 'i',
      facts: { shop: 'x' },
    })
    const both = withTokenFor(account, files, answer('f'), now * 1000)
    expect(tokensFor(both, files)).toEqual({ ...answer('f'), idToken: 'i', facts: { shop: 'x' } })
    expect(tokensFor(both, undefined)).toMatchObject({ accessToken: 'own', refreshToken: 'r2', scope: 'a b', idToken: 'i' })
    const endless = withTokenFor(account, files, { accessToken: 'f', tokenType: 'Bearer' }, now * 1000)
    expect(tokensFor(endless, files)).not.toHaveProperty('expiresAt')
    expect(endless.refreshToken).toBe('r1')
  })

  test('gives the account the key that its tokens are bound to from now on, which older ones have none of', () => {
    const bound = withTokenFor(account, files, answer('f', { tokenType: 'DPoP', dpopKey: 'k' }), now * 1000)
    expect(tokensFor(bound, files)).toMatchObject({ accessToken: 'f', tokenType: 'DPoP', dpopKey: 'k' })
    expect(tokensFor(bound, undefined)).toMatchObject({ accessToken: 'own', tokenType: 'Bearer', refreshToken: 'r2', dpopKey: 'k' })
  })

  test('is one of eight at most, and makes room when it has ended', () => {
    let tokens = account
    for (let index = 0; index < 20; index++)
      tokens = withTokenFor(tokens, namedTarget({ scope: [String(index)] }), answer(String(index)), now * 1000)
    expect(Object.values(tokens.byResource ?? {}).map(({ accessToken }) => accessToken)).toEqual([
      '12',
      '13',
      '14',
      '15',
      '16',
      '17',
      '18',
      '19',
    ])
    const later = withTokenFor(tokens, files, answer('f', { expiresAt: now + 120 }), (now + 61) * 1000)
    expect(Object.keys(later.byResource ?? {})).toEqual([files.key])
  })

  test('keeps its token when the account is refreshed', () => {
    const both = withTokenFor(account, files, answer('f'), now * 1000)
    const refreshed = withTokensOf(both, answer('new', { refreshToken: 'r3' }), now * 1000)
    expect([refreshed.accessToken, refreshed.refreshToken, tokensFor(refreshed, files).accessToken]).toEqual(['new', 'r3', 'f'])
    expect(withTokensOf(both, answer('new'), (now + 61) * 1000)).not.toHaveProperty('byResource')
  })
})

test('Tokens are the same as long as nothing was refreshed', () => {
  const both = withTokenFor(account, files, answer('f', { refreshToken: 'r1' }), now * 1000)
  expect(areSame(both, structuredClone(both))).toBe(true)
  expect(areSame(account, { ...account })).toBe(true)
  expect(areSame(account, both)).toBe(false)
  expect(areSame(both, account)).toBe(false)
  expect(areSame(account, { ...account, refreshToken: 'r2' })).toBe(false)
  expect(areSame(both, withTokenFor(account, files, answer('g', { refreshToken: 'r1' }), now * 1000))).toBe(false)
  expect(areSame(both, withTokenFor(account, namedTarget({ scope: ['x'] }), answer('f', { refreshToken: 'r1' }), now * 1000))).toBe(false)
  expect([latestIssue(account), latestIssue(both), latestIssue({ accessToken: 'a', tokenType: 'Bearer' })]).toEqual([now - 100, now, 0])
})

test('What was kept is read again, and anything else is left', () => {
  const both = withTokenFor(account, files, answer('f'), now * 1000)
  expect(readTokens(JSON.parse(JSON.stringify(both)))).toEqual(both)
  const hostile = JSON.parse(
    '{"accessToken":"a","byResource":{"x":{"accessToken":""},"y":7,"z":{"accessToken":"t","expiresAt":"soon","refreshToken":"no"},"__proto__":{"accessToken":"p"}}}',
  ) as object
  const read = readTokens(hostile)
  expect(read?.byResource?.['z']).toEqual({ accessToken: 't', tokenType: 'Bearer' })
  expect(Object.keys(read?.byResource ?? {})).toEqual(['z', '__proto__'])
  expect(({} as Record<string, unknown>)['accessToken']).toBeUndefined()
  expect(readTokens({ accessToken: 'a', byResource: 'x' })).toEqual({ accessToken: 'a', tokenType: 'Bearer' })
  expect(tokensFor(read ?? account, { key: 'toString' }).accessToken).toBe('')
})

test('Sealed credentials are short: they hold the tokens of the account', () => {
  const sealer = createSealer(['a secret of the tests, long enough to seal'], 'app')
  const both = withTokenFor(account, files, answer('f'), now * 1000)
  const { tokens } = openCredentials(sealer, sealCredentials(sealer, { slug: 'corp', binding: 'b', tokens: both }))
  expect(tokens).toEqual({ ...account, refreshToken: 'r2' })
})
