import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'
import { startServer, type SmallServer } from '../support/unitServer.js'

/** The API client of a signed-in person, in an application's handlers. */

let openid: OpenidProvider
let sink: SmallServer
let app: Application
let browser: Browser

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  sink = await startServer((_request, res) => {
    res.end('stolen')
  })
})
afterAll(async () => {
  await Promise.all([openid.close(), sink.close()])
})

beforeEach(async () => {
  app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/projects': (req, res) => {
          void req.oauthClient.get<unknown[]>('projects').then(({ status, data }) => {
            sendJson(res, { status, count: data.length })
          })
        },
        '/stream': (req, res) => {
          void req.oauthClient.fetch('projects').then(async (response) => {
            sendJson(res, { status: response.status, text: await response.text() })
          })
        },
        '/pages': (req, res) => {
          void (async () => {
            let count = 0
            for await (const { ok } of req.oauthClient.pages('projects')) count += Number(ok)
            sendJson(res, count)
          })()
        },
        '/steal': (req, res) => {
          const { oauthClient } = req
          const code = async (call: () => Promise<unknown> | undefined): Promise<unknown> => {
            try {
              return await call()
            } catch (error) {
              return (error as { code?: unknown }).code
            }
          }
          void Promise.all([
            code(() => oauthClient.get(`${sink.origin}/`)),
            code(() => oauthClient.fetch(`${sink.origin}/`)),
            code(async () => {
              for await (const _page of oauthClient.pages(`${sink.origin}/`)) continue
            }),
          ]).then((codes) => {
            sendJson(res, codes)
          })
        },
        '/after': (req, res) => {
          const { oauthClient } = req
          void req.auth
            .logout()
            .then(() => oauthClient.fetch('projects'))
            .then(
              () => {
                sendJson(res, 'sent')
              },
              (error: unknown) => {
                sendJson(res, (error as { code?: unknown }).code)
              },
            )
        },
      },
    },
  )
  browser = createBrowser()
})
afterEach(async () => {
  await app.close()
})

describe.each(['corp', 'plain'])('The API client of a person who came by %s', (slug) => {
  beforeEach(async () => {
    await browser.go(`${app.url}/auth/${slug}`)
  })

  test('gets, streams and turns pages', async () => {
    const { data } = await browser.json<{ status: number; count: number }>(`${app.url}/projects`)
    expect(data).toMatchObject({ status: 200 })
    const streamed = (await browser.json<{ status: number; text: string }>(`${app.url}/stream`)).data
    expect(streamed.status).toBe(200)
    expect(JSON.parse(streamed.text)).toHaveLength(data.count)
    expect((await browser.json(`${app.url}/pages`)).data).toBe(1)
  })

  test('sends nothing to another host, and nothing after the sign-out', async () => {
    expect((await browser.json(`${app.url}/steal`)).data).toEqual(['host_not_allowed', 'host_not_allowed', 'host_not_allowed'])
    expect(sink.received).toEqual([])
    expect((await browser.json(`${app.url}/after`)).data).toBe('credentials_gone')
  })
})
