import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readGuide } from './guide.js'
import { client, startStage, type Parts, type Stage } from './stage.js'
import { everything } from './visit.js'

const guide = readGuide('express-openid-connect')

let stage: Stage
let corp: Parts
beforeAll(async () => {
  stage = await startStage('client_secret_basic')
  corp = {
    callbackPath: '/callback',
    page: '/projects',
    replacements: { 'https://id.corp.example': stage.openid.issuer, 'https://api.corp.example/': stage.openid.apiBaseUrl },
    env: (url) => ({
      BASE_URL: url,
      CLIENT_ID: client.clientId,
      CLIENT_SECRET: client.clientSecret,
      SECRET: 'a session secret of the tests',
      CORP_CLIENT_ID: client.clientId,
      CORP_CLIENT_SECRET: client.clientSecret,
    }),
  }
})
afterAll(async () => {
  await stage.close()
})

test('With express-openid-connect', async () => {
  expect(await stage.visit(guide.before[0], 'js', corp)).toEqual(everything)
})

test('With authrouter', async () => {
  expect(await stage.visit(guide.after[0], 'ts', corp)).toEqual(everything)
})
