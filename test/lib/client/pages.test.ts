import { afterEach, describe, expect, test } from '@jest/globals'
import type { PageOptions } from '../../../lib/client/apiClient.js'
import { nextPage } from '../../../lib/client/calls/nextPage.js'
import type { ResolvedProvider } from '../../../lib/types.js'
import { catalogue } from '../../../providers/index.js'
import { startApi, type ApiAnswer, type ApiParts, type ApiSetup } from '../../support/apiClient.js'
import { contextFor } from '../../support/context.js'
import { sendJson, type Received } from '../../support/unitServer.js'

const open: ApiSetup[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function start(answer: ApiAnswer, pagination?: ResolvedProvider['pagination'], parts: ApiParts = {}): Promise<ApiSetup> {
  const setup = await startApi(answer, { ...parts, provider: { ...(pagination ? { pagination } : {}), ...parts.provider } })
  open.push(setup)
  return setup
}

async function read({ client }: ApiSetup, url = 'list', options?: PageOptions): Promise<unknown[]> {
  const pages: unknown[] = []
  for await (const { data } of client.pages(url, options)) pages.push(data)
  return pages
}

const pageOf = ({ url }: Received): number => Number(new URL(url, 'http://x').searchParams.get('page') ?? 1)
const linked =
  (link: (page: number, req: Received) => string | undefined, last = 3): ApiAnswer =>
  (request, res) => {
    const page = pageOf(request)
    const value = page < last ? link(page, request) : undefined
    if (value !== undefined) res.setHeader('link', value)
    sendJson(res, page)
  }

describe('Pages by Link header', () => {
  test.each<[string, (next: string) => string]>([
    ['alone', (next) => `<${next}>; rel="next"`],
    ['beside others', (next) => `<http://sink.example/>; rel="prev", <${next}>; rel="next", <http://sink.example/>; rel="last"`],
    ['without quotes', (next) => `<${next}>;rel=next`],
    ['among several relations', (next) => `<${next}>; rel="last Next"`],
    ['behind other parameters', (next) => `<${next}>; title="a, <b>; rel=\\"prev\\""; results="true"; rel="next"`],
    ['in capitals', (next) => `<${next}>; REL="NEXT"`],
    ['behind one from another place', (next) => `<http://sink.example/>; rel="next"; anchor="#x", <${next}>; rel="next"`],
  ])('%s lead to the last one', async (_what, link) => {
    const setup = await start(linked((page) => link(`/v1/list?page=${String(page + 1)}&size=2`)))
    expect(await read(setup, 'list', { query: { size: 2 }, headers: { 'x-own': 'y' } })).toEqual([1, 2, 3])
    expect(setup.api.received.map(({ url }) => url)).toEqual(['/v1/list?size=2', '/v1/list?page=2&size=2', '/v1/list?page=3&size=2'])
    for (const { headers } of setup.api.received) expect(headers).toMatchObject({ authorization: 'Bearer canary-access', 'x-own': 'y' })
  })

  test.each([
    '',
    'x',
    '<',
    '<>; rel=next; anchor="x"',
    '</v1/list?page=2>',
    '</v1/list?page=2>; rel="prev"',
    '</v1/list?page=2>; rel="nextish"',
    '</v1/list?page=2>; title="x; rel=next"',
    '</v1/list?page=2>; rel="prev"; rel="next"',
    '/v1/list?page=2; rel="next"',
  ])('end with %j', async (link) => {
    expect(await read(await start(linked(() => link)))).toEqual([1])
  })

  test('a header of a megabyte is read in no time', async () => {
    const setup = await startApi((_request, res) => {
      sendJson(res, 1)
    })
    open.push(setup)
    const begin = performance.now()
    for (const part of ['<', ',', ', <', '; ', ';a="', '<a>; rel="x" ', '<a>;\\"', ' ', '\t;']) {
      const headers = { link: part.repeat(1_000_000 / part.length) }
      nextPage(
        setup.context,
        `${setup.api.origin}/v1/`,
        { status: 200, ok: true, headers, data: {}, bytes: () => new Uint8Array() },
        undefined,
        undefined,
      )
    }
    expect(performance.now() - begin).toBeLessThan(60_000)
  })
})

describe('Pages by what the entry says', () => {
  test.each<[string, Required<ResolvedProvider>['pagination'], (next: string) => unknown]>([
    ['an address within', { next: 'paging.next' }, (next) => ({ paging: { next } })],
    ['an address under a key with dots', { next: '["@odata.nextLink"]' }, (next) => ({ '@odata.nextLink': next })],
    ['an address at the top', { next: 'next' }, (next) => ({ next })],
  ])('%s', async (_what, pagination, bodyOf) => {
    const setup = await start((request, res) => {
      sendJson(res, pageOf(request) < 3 ? bodyOf(`${setup.api.origin}/v1/list?page=${String(pageOf(request) + 1)}`) : {})
    }, pagination)
    expect(await read(setup)).toHaveLength(3)
    expect(setup.api.received.map(({ url }) => url)).toEqual(['/v1/list', '/v1/list?page=2', '/v1/list?page=3'])
  })

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['null', { meta: { next: null } }],
    ['an empty text', { meta: { next: '' } }],
    ['false', { meta: { next: false } }],
    ['an object', { meta: { next: {} } }],
    ['no object', []],
  ])('a cursor is put into the query until it is %s', async (_what, end) => {
    const cursors = ['a=&b', 7, 'ü']
    const setup = await start(
      (_request, res) => {
        const next = cursors.shift()
        sendJson(res, next === undefined ? end : { meta: { next } })
      },
      { cursor: 'meta.next', parameter: 'after' },
    )
    expect(await read(setup, 'list?x=1', { query: { size: 2 } })).toHaveLength(4)
    expect(setup.api.received.map(({ url }) => url)).toEqual([
      '/v1/list?x=1&size=2',
      '/v1/list?x=1&size=2&after=a%3D%26b',
      '/v1/list?x=1&size=2&after=7',
      '/v1/list?x=1&size=2&after=%C3%BC',
    ])
  })

  test('a call can say otherwise', async () => {
    const setup = await start(
      (request, res) => {
        sendJson(res, { tracks: { next: pageOf(request) < 2 ? '?page=2' : null } })
      },
      { next: 'next' },
    )
    expect(await read(setup, 'list', { pagination: { next: 'tracks.next' } })).toHaveLength(2)
    expect(setup.api.received[1]?.url).toBe('/v1/list?page=2')
  })

  test('the token is taken off the next address', async () => {
    const setup = await start(
      (request, res) => {
        sendJson(res, { next: pageOf(request) < 2 ? '/v1/list?page=2&access_token=canary-access&x=y' : null })
      },
      { next: 'next' },
    )
    await read(setup)
    expect(setup.api.received[1]?.url).toBe('/v1/list?page=2&x=y')
  })
})

describe('The next page', () => {
  test.each<[string, (sink: string) => string]>([
    ['on another host', (sink) => `${sink}/steal`],
    ['without a scheme', (sink) => `${sink.slice(5)}/steal`],
    ['behind a backslash', (sink) => `/\\${sink.slice(7)}/steal`],
    ['behind a name', (sink) => `http://x@${sink.slice(7)}/steal`],
    ['by javascript', () => 'javascript:alert(1)'],
    ['of no address', () => 'http://['],
  ])('%s is not asked for', async (_what, addressOf) => {
    for (const way of ['link', 'body']) {
      const setup = await start(
        (_request, res, sink) => {
          if (way === 'link') res.setHeader('link', `<${addressOf(sink.origin)}>; rel="next"`)
          sendJson(res, { next: addressOf(sink.origin) })
        },
        { next: 'next' },
      )
      const pages: unknown[] = []
      const reading = (async () => {
        for await (const { status } of setup.client.pages('list')) pages.push(status)
      })()
      await expect(reading).rejects.toMatchObject({
        code: expect.stringMatching(/^(host_not_allowed|provider_bad_response)$/) as unknown,
        provider: 'invented',
      })
      expect([pages, setup.api.received.length, setup.sink.received]).toEqual([[200], 1, []])
    }
  })

  test('that has been read already ends in an error, not in a circle', async () => {
    const setup = await start(({ url }, res) => {
      res.setHeader('link', `<${url === '/v1/a' ? '/v1/b' : '/v1/a'}>; rel="next"`)
      sendJson(res, 1)
    })
    await expect(read(setup, 'a')).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(setup.api.received.map(({ url }) => url)).toEqual(['/v1/a', '/v1/b'])
    const cursor = await start(
      (_request, res) => {
        sendJson(res, { next: 'same' })
      },
      { cursor: 'next', parameter: 'after' },
    )
    await expect(read(cursor)).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(cursor.api.received).toHaveLength(2)
  })

  test("is not asked for before the caller wants it, nor beyond the caller's maximum", async () => {
    const setup = await start(linked((page) => `</v1/list?page=${String(page + 1)}>; rel="next"`, 99))
    for await (const { data } of setup.client.pages('list')) if (data === 2) break
    expect(setup.api.received).toHaveLength(2)
    expect(await read(setup, 'list', { maxPages: 4 })).toEqual([1, 2, 3, 4])
    expect(await read(setup, 'list', { maxPages: 0 })).toEqual([])
    expect(setup.api.received).toHaveLength(6)
  })

  test('of a page that failed is none, and the page is given', async () => {
    const setup = await start((request, res) => {
      res.setHeader('link', `</v1/list?page=${String(pageOf(request) + 1)}>; rel="next"`)
      sendJson(res, pageOf(request), pageOf(request) === 2 ? 503 : 200)
    })
    const statuses: number[] = []
    for await (const { status } of setup.client.pages('list')) statuses.push(status)
    expect(statuses).toEqual([200, 503])
  })

  test('is not asked for once the signal has aborted', async () => {
    const controller = new AbortController()
    const setup = await start(linked((page) => `</v1/list?page=${String(page + 1)}>; rel="next"`, 99))
    const reading = (async () => {
      for await (const { data } of setup.client.pages('list', { signal: controller.signal }))
        if (data === 3) controller.abort(new Error('enough'))
    })()
    await expect(reading).rejects.toThrow('enough')
    expect(setup.api.received).toHaveLength(3)
  })
})

describe('What the catalogue knows of pages', () => {
  const base = 'https://api.example/v1/list?limit=2'
  const answers: Record<string, [unknown, string]> = {
    airtable: [{ records: [], offset: 'itr1/rec1' }, `${base}&offset=itr1%2Frec1`],
    asana: [
      { data: [], next_page: { offset: 'yJ0', path: '/v1/list?offset=yJ0', uri: 'https://api.example/v1/list?offset=yJ0' } },
      'https://api.example/v1/list?offset=yJ0',
    ],
    bitbucket: [{ size: 3, page: 1, next: 'https://api.example/v1/list?page=2', values: [] }, 'https://api.example/v1/list?page=2'],
    digitalocean: [
      { links: { pages: { last: 'https://api.example/v1/list?page=3', next: 'https://api.example/v1/list?page=2' } } },
      'https://api.example/v1/list?page=2',
    ],
    facebook: [
      { data: [], paging: { cursors: { after: 'b' }, next: 'https://api.example/v1/list?access_token=canary-access&after=b' } },
      'https://api.example/v1/list?after=b',
    ],
    google: [{ kind: 'list', nextPageToken: 'CAEQ' }, `${base}&pageToken=CAEQ`],
    hubspot: [{ results: [], paging: { next: { after: '7', link: '?after=7' } } }, `${base}&after=7`],
    microsoft: [{ '@odata.nextLink': 'https://api.example/v1/list?$skiptoken=X', value: [] }, 'https://api.example/v1/list?$skiptoken=X'],
    myanimelist: [{ data: [], paging: { next: 'https://api.example/v1/list?offset=4' } }, 'https://api.example/v1/list?offset=4'],
    notion: [{ object: 'list', next_cursor: 'c1', has_more: true }, `${base}&start_cursor=c1`],
    patreon: [
      { data: [], links: { next: 'https://api.example/v1/list?page%5Bcursor%5D=x' } },
      'https://api.example/v1/list?page%5Bcursor%5D=x',
    ],
    reddit: [{ kind: 'Listing', data: { after: 't3_a', children: [] } }, `${base}&after=t3_a`],
    salesforce: [
      { totalSize: 4, done: false, nextRecordsUrl: '/services/data/v60.0/query/01g-2' },
      'https://api.example/services/data/v60.0/query/01g-2',
    ],
    slack: [{ ok: true, response_metadata: { next_cursor: 'dXNlcjpV=' } }, `${base}&cursor=dXNlcjpV%3D`],
    'slack-v2': [{ ok: true, response_metadata: { next_cursor: 'dXNlcjpV=' } }, `${base}&cursor=dXNlcjpV%3D`],
    soundcloud: [{ collection: [], next_href: 'https://api.example/v1/list?cursor=1' }, 'https://api.example/v1/list?cursor=1'],
    spotify: [{ href: base, next: 'https://api.example/v1/list?offset=2', items: [] }, 'https://api.example/v1/list?offset=2'],
    twitch: [{ data: [], pagination: { cursor: 'eyJi' } }, `${base}&after=eyJi`],
    vimeo: [{ total: 4, paging: { next: '/v1/list?page=2', previous: null } }, 'https://api.example/v1/list?page=2'],
    x: [{ data: [], meta: { result_count: 2, next_token: '7140w' } }, `${base}&pagination_token=7140w`],
    zendesk: [
      { meta: { has_more: true }, links: { next: 'https://api.example/v1/list?page%5Bafter%5D=x' } },
      'https://api.example/v1/list?page%5Bafter%5D=x',
    ],
    zoom: [{ page_size: 2, next_page_token: 'Tva2' }, `${base}&next_page_token=Tva2`],
  }

  test.each(Object.keys(answers))('%s leads to the next page, and ends', (slug) => {
    const pagination = (catalogue as Record<string, { pagination?: ResolvedProvider['pagination'] }>)[slug]?.pagination
    const [data, expected] = answers[slug] ?? []
    const page = { status: 200, ok: true, headers: {}, bytes: () => new Uint8Array() }
    expect(nextPage(contextFor(), base, { ...page, data }, pagination, 'canary-access')?.href).toBe(expected)
    expect(nextPage(contextFor(), base, { ...page, data: {} }, pagination, 'canary-access')).toBeUndefined()
  })

  test('is all tried here', () => {
    const known = Object.entries(catalogue as Record<string, object>)
      .filter(([, entry]) => 'pagination' in entry)
      .map(([slug]) => slug)
    expect(known.sort()).toEqual(Object.keys(answers).sort())
  })
})
