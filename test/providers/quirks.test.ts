import { describe, expect, test } from '@jest/globals'
import type { RawProfile } from '../../lib/types.js'
import type { CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'

describe('GitHub', () => {
  test('gives an unverified primary address as unverified', () => {
    const emails = [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'new@example.com', primary: true, verified: false },
    ]

    expect(changedUser('github', {}, { emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test.each([
    ['is withheld', {}],
    ['names no primary address', { emails: [null, { email: 'old@example.com', primary: false, verified: true }] }],
    ['is no list', { emails: { message: 'Not Found' } }],
  ])('gives the public address as unverified when the list %s', (_case, answers) => {
    const user = changedUser('github', { email: 'public@example.com' }, answers)

    expect(user).toMatchObject({ email: 'public@example.com', emailVerified: false })
  })
})

describe('Google', () => {
  const unmanaged = { hd: undefined }

  test.each([
    ['a Gmail address', { ...unmanaged, email: 'ada@gmail.com' }, true],
    ['a Gmail address in capitals', { ...unmanaged, email: 'Ada@GMAIL.com' }, true],
    ['an address of a Workspace account', { hd: 'example.com', email: 'ada@example.net' }, true],
    ['another address, though Google confirmed it once', { ...unmanaged, email: 'ada@example.com' }, false],
    ['an address that only looks like Gmail', { ...unmanaged, email: 'ada@notgmail.com' }, false],
    ['an address below Gmail', { ...unmanaged, email: 'ada@gmail.com.example.com' }, false],
    ['an address of a Workspace account that is not confirmed', { hd: 'example.com', email_verified: false }, false],
    ['a Gmail address that is not confirmed', { ...unmanaged, email: 'ada@gmail.com', email_verified: false }, false],
    ['an address with an empty domain claim', { hd: '' }, false],
  ])('of %s', (_case, changes, verified) => {
    expect(changedUser('google', changes)).toMatchObject({ emailVerified: verified })
  })
})

describe('Microsoft', () => {
  test.each([
    [{}, false],
    [{ email_verified: true }, false],
    [{ email_verified: true, xms_edov: false }, false],
    [{ xms_edov: true }, true],
  ])('with the claims %j says that the address is verified: %s', (changes, verified) => {
    expect(changedUser('microsoft', changes)).toMatchObject({ email: 'ada@example.com', emailVerified: verified })
  })

  test('gives no picture that a browser cannot load', () => {
    expect(changedUser('microsoft', {})).not.toHaveProperty('picture')
  })
})

test.each([
  ['facebook', { verified: true, email_verified: true }],
  ['discord', { verified: false }],
  ['linkedin', { email_verified: false }],
  ['gitlab', { email_verified: false }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

test.each([
  ['twitter', { email: null }],
  ['x', { data: { id: '1', username: 'ada' } }],
  ['discord', { email: null, verified: false }],
  ['facebook', { email: undefined }],
] satisfies [CatalogueName, RawProfile][])('%s says nothing of an address that is not there', (slug, changes) => {
  const user = changedUser(slug, changes)

  expect(user).not.toHaveProperty('email')
  expect(user).not.toHaveProperty('emailVerified')
})

test('Twitter names the person by the text of the id, which keeps all its digits', () => {
  expect(changedUser('twitter', { id: 5080103080208090000 })).toMatchObject({ id: '5080103080208090101' })
})

describe('Discord', () => {
  test('gives an animated avatar as a gif', () => {
    const { picture } = changedUser('discord', { avatar: 'a_6142' })

    expect(picture).toBe('https://cdn.discordapp.com/avatars/50797450985193113/a_6142.gif')
  })

  test('gives no picture of a person without an avatar', () => {
    expect(changedUser('discord', { avatar: null })).not.toHaveProperty('picture')
  })

  test('names a person without a display name by the username', () => {
    expect(changedUser('discord', { global_name: null })).toMatchObject({ name: 'ada' })
  })
})

describe('LinkedIn', () => {
  test.each([
    [{ country: 'GB', language: 'en' }, 'en-GB'],
    [{ language: 'en' }, 'en'],
    ['en_GB', 'en_GB'],
  ])('reads the locale %j as %s', (locale, expected) => {
    expect(changedUser('linkedin', { locale })).toMatchObject({ locale: expected })
  })

  test('leaves out a locale that says nothing', () => {
    expect(changedUser('linkedin', { locale: {} })).not.toHaveProperty('locale')
  })
})
