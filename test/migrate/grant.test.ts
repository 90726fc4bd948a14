import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readGuide } from './guide.js'
import { googleVariables, startStage, type Parts, type Stage } from './stage.js'
import { everything } from './visit.js'

const guide = readGuide('grant')

let stage: Stage
let google: Parts
beforeAll(async () => {
  stage = await startStage('client_secret_post')
  google = {
    callbackPath: '/connect/google/callback',
    page: '/calendars',
    env: (url) => ({ ...googleVariables(stage), BASE_URL: url }),
  }
})
afterAll(async () => {
  await stage.close()
})

test('With grant', async () => {
  const { openid, apiUrl } = stage
  const replacements = {
    'key: process.env.GOOGLE_CLIENT_ID,': `key: process.env.GOOGLE_CLIENT_ID,
      authorize_url: '${openid.authorizationEndpoint}', access_url: '${openid.tokenEndpoint}', profile_url: '${openid.userinfoEndpoint}',`,
    'https://www.googleapis.com/calendar/': `${apiUrl}calendar/`,
  }
  expect(await stage.visit(guide.before[0], 'js', { ...google, replacements })).toEqual(everything)
})

test('With authrouter', async () => {
  expect(await stage.visit(guide.after[0], 'ts', google)).toEqual(everything)
})

test("With authrouter at grant's prefix", async () => {
  const replacements = {
    "callbackPath: '/connect/google/callback',": '',
    'authRouter({': "authRouter({ path: '/connect',",
    '/auth/logout': '/connect/logout',
    '"/auth/google"': '"/connect/google"',
  }
  expect(await stage.visit(guide.after[0], 'ts', { ...google, replacements })).toEqual(everything)
})
