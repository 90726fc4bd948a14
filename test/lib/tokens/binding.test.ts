import { describe, expect, test } from '@jest/globals'
import { bindingOf, isBoundTo, type Party } from '../../../lib/tokens/binding.js'
import type { ResolvedProvider } from '../../../lib/types.js'

function party(provider: Partial<ResolvedProvider>, clientId = 'a'): Party {
  return { provider: { protocol: 'oauth2', title: 'Some', scope: [], ...provider }, client: { clientId } }
}

const plain = {
  authorizationEndpoint: 'https://id.example/authorize',
  tokenEndpoint: 'https://id.example/token',
  apiBaseUrl: 'https://api.example/v1/',
}

describe('What is bound to an entry', () => {
  test('is bound to it after a restart, whatever else of the entry changes', () => {
    expect(
      isBoundTo(
        bindingOf(party(plain)),
        party({ ...plain, title: 'Other', scope: ['more'], tokenEndpoint: 'https://id.example/v2/token' }),
      ),
    ).toBe(true)
  })

  test.each<[string, Party]>([
    ['another client', party(plain, 'b')],
    ['another token endpoint', party({ ...plain, tokenEndpoint: 'https://evil.example/token' })],
    ['another API', party({ ...plain, apiBaseUrl: 'https://evil.example/' })],
    ['one origin less', party({ ...plain, apiBaseUrl: 'https://id.example/' })],
    ['an issuer besides', party({ ...plain, issuer: 'https://other.example' })],
    ['another port', party({ ...plain, tokenEndpoint: 'https://id.example:8443/token' })],
  ])('is not bound to %s', (_what, other) => {
    expect(isBoundTo(bindingOf(party(plain)), other)).toBe(false)
  })

  test('is the issuer alone where discovery names the endpoints, and the endpoints too where it does not', () => {
    const oidc = party({ protocol: 'oidc', issuer: 'https://id.example' })
    expect(isBoundTo(bindingOf(oidc), party({ protocol: 'oidc', issuer: 'https://id.example', apiBaseUrl: 'https://api.example/' }))).toBe(
      true,
    )
    expect(isBoundTo(bindingOf(oidc), party({ protocol: 'oidc', issuer: 'https://id.example/' }))).toBe(false)
    const pinned = { protocol: 'oidc', issuer: 'https://id.example', discovery: false } as const
    expect(
      isBoundTo(bindingOf(party({ ...pinned, ...plain })), party({ ...pinned, ...plain, tokenEndpoint: 'https://evil.example/token' })),
    ).toBe(false)
  })

  test('stays bound where the entry says what it was formerly, and to nothing that it does not say', () => {
    const old = bindingOf(party(plain))
    const moved = { ...plain, tokenEndpoint: 'https://new.example/token', authorizationEndpoint: 'https://new.example/authorize' }
    expect(isBoundTo(old, party({ ...moved, formerly: ['https://id.example'] }))).toBe(true)
    expect(isBoundTo(old, party({ ...moved, formerly: ['https://other.example'] }))).toBe(false)
    expect(isBoundTo(old, party({ ...moved, formerly: ['https://id.example'] }, 'b'))).toBe(false)
  })

  test.each([undefined, null, '', '.', 42, {}, 'a.b'])('is never %j', (binding) => {
    expect(isBoundTo(binding, party({}))).toBe(false)
    expect(isBoundTo(binding, party({ ...plain, formerly: ['https://id.example'] }))).toBe(false)
  })
})
