import { describe, expect, test } from '@jest/globals'
import { apiUrl } from '../../../lib/client/calls/apiUrl.js'
import type { AuthUser, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { seeded } from '../../support/unitServer.js'

const user = {
  provider: 'invented',
  id: '7',
  key: 'invented$7',
  name: '%2e%2e',
  username: 'a/../../b',
  nickname: '..',
  givenName: '.',
  familyName: '../x',
  locale: '?a#b',
  roles: [],
  loggedInAt: '',
  raw: {},
} satisfies AuthUser

/** The address that a path leads to, or the code of what is thrown. */
function address(path: string, provider: Partial<ResolvedProvider> = {}): string {
  try {
    return apiUrl(contextFor({ provider }), path, user).href
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('A listed host', () => {
  const provider = { apiHosts: ['uploads.example', 'files.example:8443', 'localhost:3000'] }
  test.each<[string, string]>([
    ['https://uploads.example/x', 'https://uploads.example/x'],
    ['https://files.example:8443/x', 'https://files.example:8443/x'],
    ['http://localhost:3000/x', 'http://localhost:3000/x'],
    ['http://uploads.example/x', 'host_not_allowed'],
    ['https://uploads.example:8443/x', 'host_not_allowed'],
    ['https://files.example/x', 'host_not_allowed'],
    ['http://localhost:3001/x', 'host_not_allowed'],
    ['https://:b@uploads.example/x', 'host_not_allowed'],
    ['https://a@uploads.example/x', 'host_not_allowed'],
    ['https://sub.uploads.example/x', 'host_not_allowed'],
    ['https://uploads.example.evil/x', 'host_not_allowed'],
    ['https://uploads.example./x', 'host_not_allowed'],
    ['ftp://uploads.example/x', 'host_not_allowed'],
    ['//uploads.example/x', 'host_not_allowed'],
    ['https:uploads.example/x', 'https://uploads.example/x'],
  ])('gets %s: %s', (path, expected) => {
    expect(address(path, provider)).toBe(expected)
  })
})

describe('A base', () => {
  test('has to be there for relative addresses, and need not for absolute ones on listed hosts', () => {
    const { apiBaseUrl: _none, ...provider } = contextFor({ provider: { apiHosts: ['uploads.example'] } }).provider
    expect(() => apiUrl({ slug: 'invented', provider }, 'x', user)).toThrow(
      expect.objectContaining({ code: 'config_invalid', provider: 'invented' }) as never,
    )
    expect(apiUrl({ slug: 'invented', provider }, 'https://uploads.example/x', user).href).toBe('https://uploads.example/x')
  })

  test('on plain http of another machine gets no token, though it is configured', () => {
    expect(address('http://api.example/v1/x', { apiBaseUrl: 'http://api.example/v1/' })).toBe('host_not_allowed')
  })
})

describe('A field of the user', () => {
  test.each<[string, string]>([
    ['people/{id}', 'https://api.example/v1/people/7'],
    ['people/{key}/x', 'https://api.example/v1/people/invented%247/x'],
    ['a?by={locale}', 'https://api.example/v1/a?by=%3Fa%23b'],
    ['people/{username}', 'path_escape'],
    ['people/{nickname}', 'path_escape'],
    ['people/{givenName}/', 'path_escape'],
    ['people/{familyName}', 'path_escape'],
    ['people/{name}/x', 'path_escape'],
    ['people/{email}', 'bad_request'],
    ['people/{roles}', 'bad_request'],
    ['people/{raw}', 'bad_request'],
    ['people/{constructor}', 'bad_request'],
    ['people/{__proto__}', 'https://api.example/v1/people/%7B__proto__%7D'],
    ['https://{id}.evil.example/', 'host_not_allowed'],
    ['{id}//evil.example', 'https://api.example/v1/7//evil.example'],
  ])('%s is %s', (path, expected) => {
    expect(address(path)).toBe(expected)
  })

  test('cannot be filled in for nobody', () => {
    expect(() => apiUrl(contextFor(), 'people/{id}', undefined)).toThrow(expect.objectContaining({ code: 'bad_request' }) as never)
  })
})

test('Fifty thousand nasty addresses: none leaves the host, and no relative one leaves the base', () => {
  const alphabet = [
    ...(
      '/ // . .. ../ %2e %2E%2e %252e %2f %5c ; ..; : @ ? # % evil.example api.example https: http: javascript: v1 a {id} '
      + '{name} {username} [::1] ／ 。'
    ).split(' '),
    '\\',
    '\t',
    '\n',
    '\0',
    ' ',
    '\u2028',
  ]
  const random = seeded(42)
  const wrong: [string, string][] = []
  let kept = 0
  for (let round = 0; round < 50_000; round++) {
    const path = Array.from({ length: 1 + random(7) }, () => alphabet[random(alphabet.length)]).join('')
    const href = address(path)
    if (!href.includes(':')) continue
    kept++
    const url = new URL(href)
    const lax = url.pathname.replace(/%25/g, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
    const leaves =
      url.origin !== 'https://api.example'
      || url.username !== ''
      || (!/^https:/i.test(path) && (!url.pathname.startsWith('/v1/') || /[/\\;]\.\.([/\\;]|$)/.test(lax)))
    if (leaves) wrong.push([path, href])
  }
  expect(wrong).toEqual([])
  expect(kept).toBeGreaterThan(5_000)
})
