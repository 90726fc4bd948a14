import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { RawProfile } from '../../lib/types.js'
import line from '../../providers/line.js'
import { facts, tokens } from './quirks.js'

describe('LINE', () => {
  const secret = 'example-channel-secret'
  const profile = { sub: 'U8435', name: 'Ada' }

  function idToken(claims: unknown, key = secret): string {
    const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
    const text = `${encoded({ typ: 'JWT', alg: 'HS256' })}.${encoded(claims)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }

  function repaired(idTokenText: unknown, clientSecret?: string): RawProfile | undefined {
    const asking = { clientId: 'example-client', ...(clientSecret === undefined ? {} : { clientSecret }) }
    return line.hooks?.userinfo?.(profile, tokens, facts({ client: asking, response: { id_token: idTokenText } }))
  }

  test('gives the address of the ID Token', () => {
    const email = 'ada@example.com'

    expect(repaired(idToken({ sub: 'U8435', email }), secret)).toEqual({ ...profile, email })
  })

  test.each([
    ['is signed with another key', idToken({ sub: 'U8435', email: 'eve@example.com' }, 'another'), secret],
    ['speaks of another person', idToken({ sub: 'U1', email: 'eve@example.com' }), secret],
    ['has no address', idToken({ sub: 'U8435' }), secret],
    ['is not signed', 'e30.e30.', secret],
    ['is no token', 'nothing', secret],
    ['is not there', undefined, secret],
    ['cannot be checked', idToken({ sub: 'U8435', email: 'ada@example.com' }, ''), undefined],
  ])('gives no address when the ID Token %s', (_case, text, clientSecret) => {
    expect(repaired(text, clientSecret)).toEqual(profile)
  })
})
