import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readGuide } from './guide.js'
import { client, googleVariables, startStage, type Parts, type Stage } from './stage.js'
import { everything } from './visit.js'

const guide = readGuide('authjs')

let stage: Stage
let google: Parts
beforeAll(async () => {
  stage = await startStage('client_secret_post')
  google = {
    callbackPath: '/auth/callback/google',
    page: '/calendars',
    env: () => ({
      ...googleVariables(stage),
      AUTH_GOOGLE_ID: client.clientId,
      AUTH_GOOGLE_SECRET: client.clientSecret,
      AUTH_SECRET: 'a secret of the tests long enough to encrypt with',
    }),
  }
})
afterAll(async () => {
  await stage.close()
})

test('With Auth.js', async () => {
  const { openid, apiUrl } = stage
  // Google's ID Token has the name in it; that of the demo provider says no more than who it is.
  const replacements = {
    'Google({': `Google({
      issuer: '${openid.issuer}', idToken: false, client: { token_endpoint_auth_method: 'client_secret_post' },`,
    'https://www.googleapis.com/calendar/': `${apiUrl}calendar/`,
  }
  expect(await stage.visit(guide.before[0], 'js', { ...google, replacements })).toEqual(everything)
})

test('With authrouter', async () => {
  expect(await stage.visit(guide.after[0], 'ts', google)).toEqual(everything)
})
