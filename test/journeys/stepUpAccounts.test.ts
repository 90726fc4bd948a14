import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { requireLogin } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, sendJson, type AppHandler } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'

/** Step-ups in a session of several accounts: `corp` signed in, accounts of `bank` were added. */

let provider: StepUpProvider
let browser: Browser
let url: string
let close: () => Promise<void>

const done: AppHandler = (req, res) => {
  sendJson(res, { current: req.authUser?.key, accounts: req.auth.accounts.map(({ key, acr }) => [key, acr]) })
}

const both: ReturnType<typeof requireLogin> = (req, res, next) => {
  requireLogin({ provider: 'bank', acr: 'gold' })(req, res, () => {
    requireLogin({ provider: 'bank', scope: ['write'] })(req, res, next)
  })
}

beforeEach(async () => {
  provider = await startStepUpProvider()
  const site = await startSite(
    (url) => ({
      // The provider knows its users by a cookie; here whoever is asked signs in.
      providers: Object.fromEntries(
        ['corp', 'bank'].map((slug) => [
          slug,
          { ...provider.entry(`${url}/auth/${slug}/callback`), authorizationParams: { prompt: 'login consent' } },
        ]),
      ),
    }),
    (router) =>
      hosts['Express 5']({
        router,
        guarded: {
          '/fresh': [requireLogin({ maxAge: 300 }), done],
          '/fresh-bank': [requireLogin({ provider: 'bank', maxAge: 300 }), done],
          '/gold-bank': [requireLogin({ provider: 'bank', acr: 'gold' }), done],
          '/gold': [requireLogin({ acr: 'gold' }), done],
          '/both': [both, done],
        },
        handlers: {
          '/switch': async (req, res) => {
            await req.auth.switch(new URL(req.url ?? '', url).searchParams.get('key') ?? '')
            sendJson(res, true)
          },
          '/who': done,
        },
      }),
  )
  url = site.url
  close = async () => {
    await site.close()
    await provider.close()
  }
  browser = createBrowser()
  await signIn('ada')
  await add('bank', 'ada')
})
afterEach(async () => {
  jest.restoreAllMocks()
  await close()
})

async function signIn(person: string): Promise<void> {
  provider.person = person
  await browser.go(`${url}/auth/corp`)
}

async function add(slug: string, person: string): Promise<void> {
  provider.person = person
  // Another person at the same browser: the provider has forgotten the last one.
  browser.cookies(new URL(provider.issuer).host).clear()
  const page = await browser.go(`${url}/auth/${slug}/link`, { method: 'POST', headers: { origin: url }, form: { returnTo: '/who' } })
  expect(page.status).toBe(200)
}

function later(seconds: number): void {
  const moment = Date.now() + seconds * 1000
  jest.restoreAllMocks()
  jest.spyOn(Date, 'now').mockImplementation(() => moment)
}

test('The account that was added is stepped up, and the session stays whose it is', async () => {
  const page = await browser.go(`${url}/gold-bank`)
  expect(JSON.parse(page.body)).toEqual({
    current: 'corp$ada',
    accounts: [
      ['corp$ada', null],
      ['bank$ada', 'gold'],
    ],
  })
})

test('The way back from its step-up, which browsers call cross-site, goes on to the next one', async () => {
  later(301)
  const back = await browser.go(`${url}/both`, { follow: (location) => location !== `${url}/both` })
  expect(back.headers.get('location')).toBe('/both')
  const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
  expect((await browser.go(`${url}/both`, { follow: false, headers: crossSite })).headers.get('location')).toContain(
    `${provider.issuer}/auth?`,
  )
  // Anywhere else it is another site's link.
  expect((await browser.go(`${url}/fresh`, { follow: false, headers: crossSite })).headers.get('location')).toMatch(
    /^\/auth\/corp\?step_up=/,
  )
})

test('An account that somebody adds at the browser makes no sign-in fresh that is not', async () => {
  later(301)
  await add('bank', 'mallory')
  const asked = provider.asked.length
  const page = await browser.go(`${url}/fresh-bank`)
  // Only the account that was there before can do that.
  expect(page.status).toBe(401)
  expect(provider.asked.length).toBe(asked + 1)
  later(11)
  provider.person = 'ada'
  browser.cookies(new URL(provider.issuer).host).clear()
  expect((await browser.go(`${url}/fresh-bank`)).status).toBe(200)
})

test('Of req.authUser it is their own sign-in that counts', async () => {
  later(301)
  await add('bank', 'ada')
  const asked = provider.asked.length
  browser.cookies(new URL(provider.issuer).host).clear()
  expect((await browser.go(`${url}/fresh`)).status).toBe(200)
  expect(provider.asked.length).toBe(asked + 1)
})

test('What was asked of one account in vain is still asked of another one of the same provider', async () => {
  await add('bank', 'grace')
  provider.acr = 'bronze'
  provider.person = 'ada'
  await browser.go(`${url}/switch?key=bank$ada`)
  browser.cookies(new URL(provider.issuer).host).clear()
  expect((await browser.go(`${url}/gold`)).status).toBe(403)
  await browser.go(`${url}/switch?key=bank$grace`)
  provider.acr = 'gold'
  provider.person = 'grace'
  browser.cookies(new URL(provider.issuer).host).clear()
  const page = await browser.go(`${url}/gold`)
  expect(JSON.parse(page.body)).toMatchObject({ current: 'bank$grace' })
})
