import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import Database from 'libsql'
import { sqliteUserStore } from '../../lib/stores/index.js'
import { readGuide } from './guide.js'
import { client, googleVariables, startStage, type Parts, type Stage } from './stage.js'
import { everything } from './visit.js'

const guide = readGuide('passport')

let stage: Stage
let google: Parts
let corp: Parts
beforeAll(async () => {
  stage = await startStage('client_secret_post')
  google = { callbackPath: '/oauth2/redirect/google', page: '/calendars', env: () => googleVariables(stage) }
  corp = {
    callbackPath: '/login/corp/return',
    page: '/calendars',
    env: () => ({
      CORP_CLIENT_ID: client.clientId,
      CORP_CLIENT_SECRET: client.clientSecret,
      CORP_CLIENT_AUTH: 'post',
      CORP_URL: stage.openid.issuer,
      SESSION_SECRET: 'a session secret of the tests',
    }),
  }
})
afterAll(async () => {
  await stage.close()
})

test('Google with passport', async () => {
  const { openid, apiUrl } = stage
  const replacements = {
    'clientID: process.env.GOOGLE_CLIENT_ID,': `clientID: process.env.GOOGLE_CLIENT_ID,
      authorizationURL: '${openid.authorizationEndpoint}', tokenURL: '${openid.tokenEndpoint}', userProfileURL: '${apiUrl}userinfo',`,
    'https://www.googleapis.com/calendar/': `${apiUrl}calendar/`,
  }
  expect(await stage.visit(guide.before[0], 'js', { ...google, replacements })).toEqual(everything)
})

test('Google with authrouter', async () => {
  expect(await stage.visit(guide.after[0], 'ts', google)).toEqual(everything)
})

test('Google with authrouter, at paths of your own', async () => {
  const replacements = {
    'app.use(\n': 'const auth = Object(\n',
    "app.get('/', (": "app.use(auth).get('/login', auth.login('google')).post('/logout', auth.logout())\napp.get('/', (",
    '"/auth/google"': '"/login"',
    '"/auth/logout"': '"/logout"',
  }
  expect(await stage.visit(guide.after[0], 'ts', { ...google, replacements })).toEqual(everything)
})

test('Another OAuth 2.0 provider with passport', async () => {
  const code = (guide.before[0] ?? '')
    .replace(/^import \{ Strategy.*\n/m, '')
    .replace(/^passport\.use\(\n.*?^\)\n/ms, () => `${guide.before[1] ?? ''}passport.use(strategy)\n`)
  const replacements = {
    "authenticate('google', { scope })": "authenticate('oauth2')",
    "authenticate('google', {": "authenticate('oauth2', {",
    "'/oauth2/redirect/google'": "'/login/corp/return'",
    'https://www.googleapis.com/calendar/v3/users/me/calendarList': `${stage.openid.apiBaseUrl}projects`,
  }
  expect(await stage.visit(code, 'js', { ...corp, replacements })).toEqual(everything)
})

test('Another OAuth 2.0 provider with authrouter', async () => {
  const entry = (guide.after[1] ?? '').replace(/^import .*\n/, '')
  const code = (guide.after[0] ?? '').replace(/^app\.use\(\n.*?^\)\n/ms, () => `${entry}app.use(auth)\n`)
  const replacements = {
    '/auth/google': '/auth/corp',
    "requireLogin('google')": "requireLogin('corp')",
    'calendar/v3/users/me/calendarList': 'projects',
  }
  expect(await stage.visit(code, 'ts', { ...corp, replacements })).toEqual(everything)
})

test('Users of the tutorials are found by the keys that the guide writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'passport-users-'))
  const file = join(folder, 'app.db')
  const database = new Database(file)
  database.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
    CREATE TABLE federated_credentials (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, provider TEXT NOT NULL, subject TEXT NOT NULL);
    INSERT INTO users (id, name) VALUES (7, 'Ada');
    INSERT INTO federated_credentials (user_id, provider, subject) VALUES (7, 'https://accounts.google.com', '1234'), (7, 'https://x.example', '5');
  `)
  const store = sqliteUserStore({ file, users: { table: 'users', insert: ({ name }) => ({ name }) } })
  try {
    expect(await store.findByKey('google$1234')).toBeFalsy()
    database.exec(guide.sql[0] ?? '')
    expect(await store.findByKey('google$1234')).toMatchObject({ id: 7, name: 'Ada' })
    expect(database.prepare('SELECT key FROM identities').all()).toEqual([{ key: 'google$1234' }])
  } finally {
    database.close()
    store.close()
    rmSync(folder, { recursive: true })
  }
})
