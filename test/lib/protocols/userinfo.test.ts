import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ServerResponse } from 'node:http'
import { bearer } from '../../../lib/protocols/bearer.js'
import { callbackFacts, fetchProfile } from '../../../lib/protocols/userinfo.js'
import type { Grant, RawProfile, ResolvedProvider, TokenSet, Transaction } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

let server: SmallServer
let answers: Record<string, (res: ServerResponse) => void>
beforeEach(async () => {
  answers = {
    '/me': (res) => {
      sendJson(res, { id: 1 })
    },
  }
  server = await startServer(({ url }, res) => {
    ;(
      answers[url.split('?')[0] ?? '']
      ?? ((missing: ServerResponse) => {
        sendJson(missing, {}, 404)
      })
    )(res)
  })
})
afterEach(async () => {
  await server.close()
})

const tokenSet: TokenSet = {
  tokens: { accessToken: 'canary-access', tokenType: 'Bearer', refreshToken: 'canary-refresh' },
  response: { user: 'u', access_token: 'canary-access' },
  callback: { shop: 's' },
}
const fetchBy = (provider: Partial<ResolvedProvider> = {}, set: TokenSet = tokenSet, outbound = {}): Promise<RawProfile> =>
  fetchProfile(contextFor({ outbound, provider: { userinfoEndpoint: `${server.origin}/me`, ...provider } }), set, bearer)

describe('The profile', () => {
  test("is asked for with the token, as JSON, with the entry's headers and query", async () => {
    expect(await fetchBy({ apiHeaders: { accept: 'application/vnd.x+json', 'x-v': '2' }, userinfoQuery: { fields: 'a,b' } })).toEqual({
      id: 1,
    })
    expect(server.received[0]).toMatchObject({
      method: 'GET',
      url: '/me?fields=a%2Cb',
      body: '',
      headers: { authorization: 'Bearer canary-access', accept: 'application/vnd.x+json', 'x-v': '2' },
    })
  })

  test('may be asked for by POST, with a form, or with JSON', async () => {
    await fetchBy({ userinfoMethod: 'POST' })
    await fetchBy({ userinfoForm: ({ callback: { shop = '' }, response }) => ({ shop, user: String(response['user']) }) })
    await fetchBy({ userinfoJson: { query: '{ me }' } })
    expect(server.received.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
      ['POST', '', undefined],
      ['POST', 'shop=s&user=u', 'application/x-www-form-urlencoded'],
      ['POST', '{"query":"{ me }"}', 'application/json'],
    ])
  })

  test.each<[string, (res: ServerResponse) => void]>([
    [
      'a page',
      (res) => {
        res.end('<html>canary')
      },
    ],
    [
      'nothing',
      (res) => {
        res.end()
      },
    ],
    [
      'a list',
      (res) => {
        sendJson(res, [1])
      },
    ],
    [
      'null',
      (res) => {
        sendJson(res, null)
      },
    ],
    [
      'text',
      (res) => {
        sendJson(res, 'canary')
      },
    ],
    [
      '401',
      (res) => {
        sendJson(res, { id: 1 }, 401)
      },
    ],
    [
      '201',
      (res) => {
        sendJson(res, { id: 1 }, 201)
      },
    ],
    [
      'a redirect',
      (res) => {
        res.writeHead(302, { location: '/other' }).end('{"id":1}')
      },
    ],
    [
      'depth',
      (res) => {
        res.end('['.repeat(30) + ']'.repeat(30))
      },
    ],
    [
      'too much',
      (res) => {
        res.end(`{"id":"${'x'.repeat(1_100_000)}"}`)
      },
    ],
    [
      'half of it',
      (res) => {
        res.end('{"id":1')
      },
    ],
  ])('answered with %s is a bad response that repeats nothing', async (_what, answer) => {
    answers['/me'] = answer
    const thrown: unknown = await fetchBy().catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'provider_bad_response' })
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('canary')
    expect(server.received).toHaveLength(1)
  })

  test('that does not come is a timeout', async () => {
    answers['/me'] = () => undefined
    await expect(fetchBy({}, tokenSet, { timeout: 100 })).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('keeps ids that JavaScript cannot count', async () => {
    answers['/me'] = (res) => {
      res.end('{"id":12345678901234567890}')
    }
    expect(await fetchBy()).toEqual({ id: '12345678901234567890' })
  })
})

describe('What else belongs to it', () => {
  test('is put in under its name, one after the other, and left out where it is refused', async () => {
    answers['/emails'] = (res) => {
      sendJson(res, [{ email: 'a@b.example' }])
    }
    answers['/of/1'] = (res) => {
      sendJson(res, { by: 'id' })
    }
    answers['/broken'] = (res) => {
      res.end('<html>')
    }
    const raw = await fetchBy({
      extraRequests: {
        emails: `${server.origin}/emails`,
        denied: `${server.origin}/denied`,
        broken: `${server.origin}/broken`,
        own: ({ id, emails }) => `${server.origin}/of/${String(id)}?n=${String((emails as unknown[]).length)}`,
        thrown: () => {
          throw new Error('x')
        },
      },
    })
    expect(raw).toEqual({ id: 1, emails: [{ email: 'a@b.example' }], own: { by: 'id' } })
    expect(server.received.map(({ url, headers }) => [url, headers.authorization])).toEqual(
      ['/me', '/emails', '/denied', '/broken', '/of/1?n=1'].map((url) => [url, 'Bearer canary-access']),
    )
  })

  test.each([
    'http://id.example/me',
    'https://127.0.0.2/me',
    'https://10.0.0.1/me',
    'https://ada:pw@id.example/me',
    'javascript:alert(1)',
    '/me',
  ])('is not asked for at %s where a profile names that', async (address) => {
    const tokensSentTo: string[] = []
    const context = contextFor({
      provider: { userinfoEndpoint: 'https://id.example/me', extraRequests: { own: ({ link }) => String(link) } },
      http: ({ url }) => {
        tokensSentTo.push(url)
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ link: address })) })
      },
    })
    expect(await fetchProfile(context, tokenSet, bearer)).toEqual({ link: address })
    expect(tokensSentTo).toEqual(['https://id.example/me'])
  })
})

test('Without an endpoint it is the token answer, without its tokens, whatever they are called and however deep they stand', async () => {
  const { userinfoEndpoint: _none, ...provider } = contextFor().provider
  const response = {
    access_token: 'canary-access',
    id: 1,
    name: 'Ada',
    nested: { token: 'canary-access', list: [{ again: 'canary-refresh', kept: 'x' }] },
    refresh_token: 'canary-refresh',
    flag: true,
    none: null,
  }
  const raw = await fetchProfile({ ...contextFor(), provider }, { ...tokenSet, response }, bearer)
  expect(raw).toEqual({ id: 1, name: 'Ada', nested: { list: [{ kept: 'x' }] }, flag: true, none: null })
  expect(JSON.stringify(raw)).not.toContain('canary')
})

test('Of a callback, hooks see what the entry names and nothing else', () => {
  const provider = { ...contextFor().provider, callbackParameters: ['shop', 'absent'] }
  const grant: Grant = {
    type: 'authorization_code',
    transaction: {} as Transaction,
    parameters: { shop: 's', code: 'canary', state: 'canary' },
  }
  expect(callbackFacts(provider, grant)).toEqual({ shop: 's' })
  expect(callbackFacts(contextFor().provider, grant)).toEqual({})
  expect(callbackFacts(provider, { type: 'client_credentials' })).toEqual({})
})
