import { describe, expect, test } from '@jest/globals'
import shopify from '../../providers/shopify.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters, changedUser, fixture } = quirksOf('shopify', shopify)

describe('Shopify', () => {
  const { associated_user: person } = fixture.userinfo ?? {}

  test('goes on only with a callback that the shop has signed', () => {
    const form = { grant_type: 'authorization_code', code: 'c' }
    // Computed by openssl dgst -sha256 -hmac hush over code=c&shop=example-store.myshopify.com&state=s&timestamp=1763683200.
    const hmac = '9338f8ce0aaa35911f4e1e16f1b8918a678e39ebb086871a8ced0429d2663ee7'
    const callback = { timestamp: '1763683200', code: 'c', state: 's', shop: 'example-store.myshopify.com', hmac }
    const run = (changes: Record<string, string>): unknown =>
      shopify.hooks?.tokenRequest?.(form, { client: { clientId: 'a', clientSecret: 'hush' }, callback: { ...callback, ...changes } })
    const forged: Record<string, string>[] = [{ shop: 'other.myshopify.com' }, { hmac: '' }, { hmac: 'zz' }, { code: 'd' }]

    expect(run({})).toEqual(form)
    for (const changes of forged) expect(() => run(changes)).toThrow('not signed')
  })

  test('asks for the token of the person, not of the shop', () => {
    expect(authorizationParameters()).toMatchObject({ 'grant_options[]': 'per-user' })
  })

  test('does not vouch for an address that is not confirmed', () => {
    const user = changedUser({ associated_user: { ...(person as object), email_verified: false } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('signs nobody in with a token of the shop', () => {
    expect(() => changedUser({ associated_user: undefined })).toThrow('no usable id')
  })

  test('has every address below its own domain', () => {
    for (const address of Object.values(addresses({ shop: 'example-store' }))) {
      expect(new URL(address).host).toBe('example-store.myshopify.com')
    }
  })
})
