import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import express, { type ErrorRequestHandler } from 'express'
import { AuthError, requireLogin, type AuthRouter } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startSite } from '../support/site.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'

/** An API that asks for a stronger or more recent sign-in (RFC 9470), and an application that sends the user to it. */

let provider: StepUpProvider
let browser: Browser
let url: string
let sealed: string
let router: AuthRouter
let close: () => Promise<void>

const sendUserThere: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof AuthError)) next(error)
  else if (error.location !== undefined && req.accepts(['json', 'html']) === 'html') res.redirect(303, error.location)
  else res.status(error.status).json(error)
}

beforeEach(async () => {
  provider = await startStepUpProvider()
  const site = await startSite(
    (url) => ({
      providers: {
        corp: {
          ...provider.entry(`${url}/auth/corp/callback`),
          scope: ['openid', 'profile', 'offline_access'],
          authorizationParams: { prompt: 'consent' },
        },
      },
    }),
    (router) => {
      const application = express()
      application.use(router)
      application.get('/seal', (req, res) => {
        res.json({ sealed: req.oauthClient.credentials.seal() })
      })
      application.all('/call/:name', requireLogin(), async (req, res) => {
        const { status, data } = await req.oauthClient.request('GET', req.params['name'] as string)
        res.status(status).json({ data, token: req.oauthClient.credentials.accessToken })
      })
      application.get('/stream/:name', requireLogin(), async (req, res) => {
        const { status } = await req.oauthClient.fetch(req.params['name'] as string)
        res.status(status).end()
      })
      application.use(sendUserThere)
      return application
    },
  )
  url = site.url
  router = site.router
  close = async () => {
    await site.close()
    await provider.close()
  }
  browser = createBrowser()
  await browser.go(`${url}/auth/corp`)
  sealed = (await browser.json<{ sealed: string }>(`${url}/seal`)).data.sealed
})
afterEach(async () => {
  jest.restoreAllMocks()
  await close()
})

function calls(path: string): number {
  return provider.called.filter((called) => called === path).length
}

describe('insufficient_user_authentication', () => {
  test('takes the user to the sign-in that the API wants, and back to the very page', async () => {
    const page = await browser.go(`${url}/call/gold?x=1`)
    expect(page).toMatchObject({ status: 200, url: `${url}/call/gold?x=1` })
    expect(provider.asked.at(-1)).toMatchObject({ acr_values: 'gold', scope: 'openid profile offline_access' })
    expect(calls('/api/gold')).toBe(2)
    expect(provider.refreshes).toBe(0)
  })

  test('takes the user to a more recent one', async () => {
    const moment = Date.now() + 90_000
    jest.spyOn(Date, 'now').mockImplementation(() => moment)
    expect((await browser.go(`${url}/call/recent`)).status).toBe(200)
    expect(provider.asked.at(-1)).toMatchObject({ max_age: '60' })
    expect(provider.refreshes).toBe(0)
  })

  test('is the same for a stream', async () => {
    expect((await browser.go(`${url}/stream/gold`)).status).toBe(200)
    expect(calls('/api/gold')).toBe(2)
  })

  test('is one clear error where the sign-in did not bring it', async () => {
    provider.acr = 'bronze'
    const page = await browser.go(`${url}/call/gold`)
    expect(page.status).toBe(401)
    expect(JSON.parse(page.body)).toEqual({
      error: 'reauth_required',
      message: 'The API asks for a stronger or more recent sign-in.',
      provider: 'corp',
      retry: true,
    })
    expect(provider.asked).toHaveLength(2)
  })

  test('tells a script where to send the user, who comes back to its page', async () => {
    const { status, data } = await browser.json<{ error: string; location: string }>(`${url}/call/gold`, {
      headers: { referer: `${url}/page` },
    })
    expect({ status, error: data.error }).toEqual({ status: 401, error: 'reauth_required' })
    expect(data.location).toMatch(/^\/auth\/corp\?step_up=[\w-]+&returnTo=%2Fpage$/)
    expect((await browser.go(url + data.location)).url).toBe(`${url}/page`)
    expect((await browser.go(`${url}/call/gold`)).status).toBe(200)
  })

  test('of a form leads back to the page of the form, by one that says that it was not sent', async () => {
    const page = await browser.go(`${url}/call/gold`, { method: 'POST', form: { a: '1' }, headers: { referer: `${url}/page` } })
    expect(page.url).toBe(`${url}/auth/corp/confirmed?returnTo=%2Fpage`)
  })

  test('has no place to send anybody to outside a request', async () => {
    const failed = await router
      .client('corp', sealed)
      .get('gold')
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'reauth_required', provider: 'corp', location: undefined })
    expect(calls('/api/gold')).toBe(1)
  })
})

test('A scope that is lacking (RFC 6750) is an answer of the API as any other', async () => {
  const { status } = await browser.json(`${url}/call/write`)
  expect(status).toBe(403)
  expect(calls('/api/write')).toBe(1)
})
