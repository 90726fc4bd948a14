import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { sleep } from '../../../lib/base/timeout.js'
import { retryAfterMilliseconds } from '../../../lib/client/calls/retryAfter.js'
import { loadProtocol } from '../../../lib/protocols/index.js'
import type { Protocol } from '../../../lib/types.js'
import { refreshableTokens, startApi, type ApiAnswer, type ApiParts, type ApiSetup } from '../../support/apiClient.js'
import { sendJson } from '../../support/unitServer.js'

/** When a request is made once more, and when it is not. */

const now = Date.UTC(2026, 0, 1)
const open: ApiSetup[] = []
afterEach(async () => {
  jest.restoreAllMocks()
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function start(answer: ApiAnswer, parts: ApiParts = {}): Promise<ApiSetup> {
  const setup = await startApi(answer, { now: () => now, ...parts })
  open.push(setup)
  return setup
}

/** A server that answers 429 so many times. */
const busy = (times: number, retryAfter?: string): ApiAnswer => {
  let left = times
  return (_request, res) => {
    if (left-- > 0) res.writeHead(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('busy')
    else sendJson(res, { ok: true })
  }
}

describe('A status 429', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['3', 3_000],
    ['10', 10_000],
    [new Date(now + 7_000).toUTCString(), 7_000],
    [new Date(now - 60_000).toUTCString(), 0],
  ])('that asks for a wait of "%s" is waited for once', async (value, milliseconds) => {
    const { client, api, pauses } = await start(busy(1, value))
    expect(await client.post('a', { json: { n: 1 } })).toMatchObject({ status: 200, data: { ok: true } })
    expect(pauses).toEqual([milliseconds])
    expect(api.received.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{"n":1}'],
      ['POST', '{"n":1}'],
    ])
  })

  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['a wait beyond the cap', '11'],
    ['a far date', new Date(now + 11_000).toUTCString()],
    ['no number', 'soon'],
    ['a negative number', '-1'],
    ['a fraction', '1.5'],
    ['a bare year', '2026'],
    ['an endless number', '9'.repeat(400)],
  ])('that says %s is the answer', async (_what, value) => {
    const { client, api, pauses } = await start(busy(1, value))
    expect((await client.get('a')).status).toBe(429)
    expect(pauses).toEqual([])
    expect(api.received).toHaveLength(1)
  })

  test('that comes again is the answer', async () => {
    const { client, api } = await start(busy(2, '1'))
    expect((await client.get('a')).status).toBe(429)
    expect(api.received).toHaveLength(2)
  })

  test('is waited for as long as the caller says, or not at all', async () => {
    for (const [retryAfter, status] of [
      [60, 200],
      [59, 429],
      [0, 429],
      [false, 429],
    ] as const) {
      const { client } = await start(busy(1, '60'))
      expect((await client.get('a', { retryAfter })).status).toBe(status)
    }
  })

  test('is waited for by fetch too, but not with a body that is sent once', async () => {
    const whole = await start(busy(1, '1'))
    expect((await whole.client.fetch('a', { method: 'POST', body: 'x' })).status).toBe(200)
    const stream = await start(busy(1, '1'))
    const answer = await stream.client.fetch('a', { method: 'POST', body: new Blob(['x']).stream() })
    expect([answer.status, await answer.text()]).toEqual([429, 'busy'])
    expect([stream.api.received.length, stream.pauses]).toEqual([1, []])
  })

  test("is not waited for past the caller's signal", async () => {
    const { client, api } = await start(busy(1, '9'), { wait: sleep })
    const controller = new AbortController()
    const call = client.get('a', { signal: controller.signal })
    while (api.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    setTimeout(() => {
      controller.abort(new Error('enough'))
    }, 20)
    await expect(call).rejects.toThrow('enough')
    expect(api.received).toHaveLength(1)
  })

  test('is followed by the tokens of the time after the wait', async () => {
    const setup = await start(busy(1, '1'), {
      wait: async () => {
        setup.account.tokens = { accessToken: 'newer', tokenType: 'Bearer' }
      },
    })
    await setup.client.get('a')
    expect(setup.api.received[1]?.headers.authorization).toBe('Bearer newer')
    const gone = await start(busy(1, '1'), {
      wait: async () => {
        gone.account.tokens = undefined
      },
    })
    await expect(gone.client.get('a')).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(gone.api.received).toHaveLength(1)
  })
})

test('Waiting takes its time', async () => {
  const start = performance.now()
  await sleep(30, undefined)
  expect(performance.now() - start).toBeGreaterThan(25)
  await expect(sleep(10_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})

test('A header that says nothing asks for no wait', () => {
  for (const value of [undefined, '', ' ', '1e3', '0x10', '1 ', 'Thu'])
    expect(retryAfterMilliseconds(value, now)).toBe(value === '1 ' ? 1_000 : undefined)
})

describe('A status 401', () => {
  const refreshing =
    (accessToken: string): ApiAnswer =>
    ({ url }, res) => {
      if (url === '/token') sendJson(res, { access_token: accessToken, token_type: 'bearer', expires_in: 3600 })
      else sendJson(res, {}, 401)
    }

  test('whose renewal brings the same token is not answered with it again', async () => {
    const { client, api } = await start(refreshing('canary-access'), { tokens: refreshableTokens(now) })
    expect((await client.get('a')).status).toBe(401)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a', '/token'])
  })

  test('of a call by fetch makes one renewal and one retry', async () => {
    const { client, api } = await start(refreshing('canary-new'), { tokens: refreshableTokens(now) })
    expect((await client.fetch('a', { method: 'PUT', body: 'x' })).status).toBe(401)
    expect(api.received.map(({ url, body, headers }) => [url, url === '/token' ? '' : body, headers.authorization?.slice(0, 13)])).toEqual([
      ['/v1/a', 'x', 'Bearer canary'],
      ['/token', '', expect.any(String)],
      ['/v1/a', 'x', 'Bearer canary'],
    ])
  })

  test('of a body that is sent once makes none', async () => {
    const { client, api } = await start(refreshing('canary-new'), { tokens: refreshableTokens(now) })
    expect((await client.fetch('a', { method: 'PUT', body: new Blob(['x']).stream() })).status).toBe(401)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a'])
  })

  test('after a 429, and a 429 after a 401, are each mended once', async () => {
    for (const statuses of [
      [401, 429],
      [429, 401],
      [429, 401, 429],
      [401, 429, 401],
    ]) {
      const left = [...statuses]
      const { client, api } = await start(
        ({ url }, res) => {
          if (url === '/token') {
            sendJson(res, { access_token: `canary-new-${left.length}`, token_type: 'bearer', expires_in: 3600 })
            return
          }
          res.writeHead(left.shift() ?? 200, { 'retry-after': '1' }).end()
        },
        { tokens: refreshableTokens(now) },
      )
      expect((await client.get('a')).status).toBe(statuses[2] ?? 200)
      expect(api.received.filter(({ url }) => url === '/token')).toHaveLength(1)
      expect(api.received).toHaveLength(4)
    }
  })
})

test("A 403 for want of scope is the caller's to see, and makes no refresh", async () => {
  const { client, api } = await start(
    (_request, res) => {
      res.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="repo"' }).end()
    },
    { tokens: refreshableTokens(now) },
  )
  expect(await client.get('a')).toMatchObject({
    status: 403,
    ok: false,
    headers: { 'www-authenticate': expect.stringContaining('scope="repo"') as unknown },
  })
  expect(api.received).toHaveLength(1)
})

describe('A refusal that the protocol can mend', () => {
  const mending = async (refused: Protocol['refused']): Promise<jest.Mock> => {
    const protocol = await loadProtocol({ protocol: 'oauth2' })
    const spy = jest.fn(refused ?? (() => false))
    const before = protocol.refused
    protocol.refused = spy
    restore = () => {
      if (before) protocol.refused = before
      else delete protocol.refused
    }
    return spy as unknown as jest.Mock
  }
  let restore = (): void => undefined
  afterEach(() => {
    restore()
  })

  test.each([400, 401, 403])('of status %i is signed anew once', async (status) => {
    const refused = await mending(() => true)
    const { client, api, context } = await start((_request, res) => {
      res.writeHead(status, { 'www-authenticate': 'x' }).end('oauth_problem=timestamp_refused')
    })
    expect((await client.post('a', { form: { a: 1 } })).status).toBe(status)
    expect(api.received.map(({ body }) => body)).toEqual(['a=1', 'a=1'])
    expect(refused).toHaveBeenCalledTimes(1)
    expect(refused).toHaveBeenCalledWith(context, expect.objectContaining({ status, body: Buffer.from('oauth_problem=timestamp_refused') }))
  })

  test.each([200, 302, 500])('is none of status %i', async (status) => {
    const refused = await mending(() => true)
    const { client, api } = await start((_request, res) => {
      res.writeHead(status).end()
    })
    expect((await client.get('a')).status).toBe(status)
    expect(refused).not.toHaveBeenCalled()
    expect(api.received).toHaveLength(1)
  })

  test('goes before a renewal, which may still follow', async () => {
    await mending(() => true)
    const { client, api } = await start(
      ({ url }, res) => {
        if (url === '/token') sendJson(res, { access_token: 'canary-new', token_type: 'bearer', expires_in: 3600 })
        else res.writeHead(401).end()
      },
      { tokens: refreshableTokens(now) },
    )
    expect((await client.get('a')).status).toBe(401)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a', '/v1/a', '/token', '/v1/a'])
  })

  test('is asked for without the body where that is read as it comes', async () => {
    const refused = await mending(() => false)
    const { client } = await start((_request, res) => {
      res.writeHead(400).end('body')
    })
    expect(await (await client.fetch('a')).text()).toBe('body')
    expect(refused).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ status: 400, body: new Uint8Array() }))
  })
})

describe('What goes wrong', () => {
  test('names the provider', async () => {
    const { client } = await start(() => undefined)
    await expect(client.get('a', { timeout: 30 })).rejects.toMatchObject({ code: 'provider_timeout', provider: 'invented' })
    await expect(client.fetch('a', { timeout: 30 })).rejects.toMatchObject({ code: 'provider_timeout', provider: 'invented' })
  })

  test("by slow redirects ends with the call's own deadline", async () => {
    const { client, api } = await start((_request, res) => {
      setTimeout(() => res.writeHead(302, { location: '/v1/round' }).end(), 60)
    })
    await expect(client.get('a', { timeout: 150 })).rejects.toMatchObject({ code: 'provider_timeout' })
    expect(api.received.length).toBeLessThan(5)
  })
})
