import { describe, expect, test } from '@jest/globals'
import cognito from '../../providers/cognito.js'
import { quirksOf } from './quirks.js'

const { addresses, changedUser } = quirksOf('cognito', cognito)

describe('Amazon Cognito', () => {
  test('does not vouch for an address that is not verified, which it says by a text', () => {
    expect(changedUser({ email_verified: 'false' })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('has an issuer for each region and user pool', () => {
    expect(addresses({ region: 'us-east-2', userPoolId: 'us-east-2_Zz1' })).toMatchObject({
      issuer: 'https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Zz1',
    })
  })
})
