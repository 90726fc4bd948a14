import { describe, expect, test } from '@jest/globals'
import okta from '../../providers/okta.js'
import { quirksOf } from './quirks.js'
import { registered } from './registered.js'

const { addresses } = quirksOf('okta', okta)

describe('Okta', () => {
  test('has an issuer for an organization, and for each of its custom authorization servers', () => {
    const domain = 'example.okta.com'
    const issuer = 'https://example.okta.com/oauth2/default'

    expect(addresses({ domain })).toMatchObject({ issuer: 'https://example.okta.com' })
    expect(addresses({ domain, authorizationServer: 'default' })).toMatchObject({ issuer })
    expect(registered('okta', okta, { domain, authorizationServer: 'default' })).toMatchObject({ issuer })
  })
})
