import { expect, test } from '@jest/globals'
import { refuseWeakSignIn } from '../../../../lib/client/challenges/insufficientAuthentication.js'
import type { SignInWanted } from '../../../../lib/tokens/tokenSource.js'

function wantedBy(header: string, status = 401): SignInWanted | undefined {
  let wanted: SignInWanted | undefined
  const stepUp = (asked: SignInWanted): string => {
    wanted = asked
    return '/there'
  }
  try {
    refuseWeakSignIn({ stepUp }, { status, headers: { 'www-authenticate': header }, body: '' }, {})
  } catch (error) {
    expect(error).toMatchObject({ code: 'reauth_required', status: 401, location: '/there' })
  }
  return wanted
}

const error = 'error="insufficient_user_authentication"'

test.each<[string, SignInWanted]>([
  [`Bearer ${error}, acr_values="gold silver", max_age="5"`, { acrValues: ['gold', 'silver'], maxAge: 5 }],
  [`DPoP algs="ES256", ${error}, max_age=0`, { maxAge: 0 }],
  [`Basic realm="x", Bearer ${error}`, {}],
  [`Bearer ${error}, max_age="-1"`, {}],
  [`Bearer ${error}, max_age="1e9"`, {}],
  [`Bearer ${error}, max_age="9999999999"`, {}],
  [`Bearer ${error}, acr_values="g\u00f6ld"`, {}],
  [`Bearer ${error}, acr_values="${'a'.repeat(501)}"`, {}],
])('%s', (header, wanted) => {
  expect(wantedBy(header)).toEqual(wanted)
})

test.each([
  ['Bearer error="invalid_token", acr_values="gold"'],
  [`Basic ${error}`],
  ['Bearer error_description="insufficient_user_authentication"'],
  ['Bearer'],
])('%s is another refusal', (header) => {
  expect(wantedBy(header)).toBeUndefined()
})

test('It is a 401 or nothing', () => {
  expect(wantedBy(`Bearer ${error}`, 403)).toBeUndefined()
  expect(wantedBy(`Bearer ${error}`, 200)).toBeUndefined()
})
