import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Openid2Fields } from '../../../testing/index.js'
import { xrds } from '../../support/openid2/documents.js'
import { changed, type House, startHouse } from './house.js'

/** Cases 131 to 133 and 138: who may speak for whom. */

interface Shown {
  status?: number
  headers?: Record<string, string>
  body?: string
}

let house: House
let pages: Server
let site = ''
const shown = new Map<string, Shown>()
const visited: string[] = []

beforeAll(async () => {
  pages = createServer((req, res) => {
    visited.push(req.url ?? '')
    const { status = 404, headers = {}, body = '' } = shown.get(req.url ?? '') ?? {}
    res.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${String((pages.address() as AddressInfo).port)}`
  house = await startHouse({
    more: ({ endpoint, origin }) => ({
      delegate: { protocol: 'openid2', identifier: `${site}/delegate` },
      steamlike: {
        protocol: 'openid2',
        identifier: `${origin}/`,
        authorizationEndpoint: endpoint,
        claimedIdPattern: /https:\/\/steamcommunity\.example\/openid\/id\/\d{17}/,
        profile: { id: ({ claimed_id: id }) => (typeof id === 'string' ? id.split('/').at(-1) : undefined) },
      },
      typed: { protocol: 'openid2', allow: [`${origin}/`] },
      listed: { protocol: 'openid2', allow: [`${site}/people/`] },
    }),
  })
})
afterEach(() => {
  house.provider.tampering = {}
  visited.length = 0
  shown.clear()
})
afterAll(async () => {
  await house.close()
  await new Promise((resolve) => pages.close(resolve))
})

const page = (address: string, document: string, type = 'application/xrds+xml'): void => {
  shown.set(address, { status: 200, headers: { 'content-type': type }, body: document })
}

async function claiming(way: string, claim: Partial<Openid2Fields>): Promise<{ outcome: string; id: string | undefined }> {
  house.provider.tampering = { beforeSigning: (fields) => ({ ...fields, ...claim }) as Openid2Fields }
  const { browser, answer } = await house.answered(way)
  const outcome = await house.bring(browser, answer)
  const { data } = await browser.json<{ id: string } | null>(`${house.url}/me`)
  return { outcome, id: data?.id }
}

const ada = (): string => house.provider.identifierOf('ada-id')
const grace = (): string => house.provider.identifierOf('grace-id')

describe.each(['direct', 'shared', 'ada'])('131 an identifier that the login was not about, at %s', (way) => {
  test('is taken where its own page names this provider', async () => {
    expect(await claiming(way, { claimed_id: grace(), identity: grace() })).toEqual({ outcome: 'signed in', id: grace() })
    page('/mine', xrds([{ uris: [house.provider.endpoint], localId: ada() }]))
    expect(await claiming(way, { claimed_id: `${site}/mine`, identity: ada() })).toEqual({ outcome: 'signed in', id: `${site}/mine` })
    page('/html', `<html><head><link rel="openid2.provider" href="${house.provider.endpoint}"></head></html>`, 'text/html')
    expect((await claiming(way, { claimed_id: `${site}/html`, identity: `${site}/html` })).outcome).toBe('signed in')
  })

  test('is refused where its page names another provider, or none', async () => {
    page('/other', xrds([{ uris: ['https://elsewhere.example/op', `${house.provider.endpoint}/`] }]))
    expect((await claiming(way, { claimed_id: `${site}/other`, identity: `${site}/other` })).outcome).toBe('assertion_invalid')
    page('/empty', xrds([]))
    expect((await claiming(way, { claimed_id: `${site}/empty`, identity: `${site}/empty` })).outcome).toBe('discovery_failed')
    expect((await claiming(way, { claimed_id: `${site}/gone`, identity: `${site}/gone` })).outcome).toBe('discovery_failed')
    // That a provider is at an address does not make the address one of its users.
    page('/provider', xrds([{ types: ['http://specs.openid.net/auth/2.0/server'], uris: [house.provider.endpoint] }]))
    expect((await claiming(way, { claimed_id: `${site}/provider`, identity: `${site}/provider` })).outcome).toBe('assertion_invalid')
    page('/old', xrds([{ types: ['http://openid.net/signon/1.1'], uris: [house.provider.endpoint] }]))
    expect((await claiming(way, { claimed_id: `${site}/old`, identity: `${site}/old` })).outcome).toBe('discovery_failed')
    page('/body', `<html><head></head><body><link rel="openid2.provider" href="${house.provider.endpoint}"></body></html>`, 'text/html')
    expect((await claiming(way, { claimed_id: `${site}/body`, identity: `${site}/body` })).outcome).toBe('discovery_failed')
  })

  test('is refused where it leads to another address', async () => {
    page('/target', xrds([{ uris: [house.provider.endpoint] }]))
    shown.set('/moved', { status: 302, headers: { location: '/target' } })
    expect((await claiming(way, { claimed_id: `${site}/moved`, identity: `${site}/moved` })).outcome).toBe('discovery_failed')
  })

  test('is not looked up before its answer has been verified', async () => {
    const { browser, answer } = await house.answered(way)
    const refused = await house.bring(browser, changed(answer, { claimed_id: `${site}/mine`, identity: `${site}/mine` }))
    expect(refused).toBe('assertion_invalid')
    expect(visited).toEqual([])
  })

  test('132 is refused under another name at the provider than its page says', async () => {
    page('/mine', xrds([{ uris: [house.provider.endpoint], localId: ada() }]))
    expect((await claiming(way, { claimed_id: `${site}/mine`, identity: grace() })).outcome).toBe('assertion_invalid')
    expect((await claiming(way, { claimed_id: `${site}/mine`, identity: `${site}/mine` })).outcome).toBe('assertion_invalid')
    expect((await claiming(way, { identity: grace() })).outcome).toBe('assertion_invalid')
  })

  test('133 keeps its fragment, and is looked up without it', async () => {
    const [claimed, identity] = [`${ada()}#2024`, ada()]
    expect(await claiming(way, { claimed_id: claimed, identity })).toEqual({ outcome: 'signed in', id: claimed })
    page('/mine', xrds([{ uris: [house.provider.endpoint] }]))
    const mine = await claiming(way, { claimed_id: `${site}/mine#x`, identity: `${site}/mine` })
    expect(mine).toEqual({ outcome: 'signed in', id: `${site}/mine#x` })
    expect(visited).toEqual(['/mine'])
  })

  test.each([
    ['https for http', () => ada().replace('http:', 'https:'), 'discovery_failed'],
    ['plain http elsewhere', () => 'http://id.example/ada', 'assertion_invalid'],
    ['ftp', () => 'ftp://id.example/ada', 'assertion_invalid'],
    ['an XRI', () => '=ada', 'assertion_invalid'],
    ['javascript', () => 'javascript:alert(1)', 'assertion_invalid'],
    ['credentials', () => ada().replace('://', '://a:b@'), 'assertion_invalid'],
    ['a line break', () => `${ada()}\n`, 'assertion_invalid'],
    ['a backslash', () => ada().replace('/people', '\\people'), 'assertion_invalid'],
    ['300 characters', () => `${ada()}?${'a'.repeat(300)}`, 'assertion_invalid'],
    ['identifier_select', () => 'http://specs.openid.net/auth/2.0/identifier_select', 'assertion_invalid'],
    ['nothing', () => '', 'assertion_invalid'],
  ])('133 %s is another identifier, or none', async (_name, make, code) => {
    expect((await claiming(way, { claimed_id: make(), identity: make() })).outcome).toBe(code)
  })
})

describe('132 an identifier that delegates', () => {
  test('signs in as itself, by the name that the provider has', async () => {
    page('/delegate', xrds([{ uris: [house.provider.endpoint], localId: ada() }]))
    const { browser, answer } = await house.answered('delegate')
    expect(answer.fields).toMatchObject({ 'openid.claimed_id': `${site}/delegate`, 'openid.identity': ada() })
    expect(await house.bring(browser, answer)).toBe('signed in')
    const swapped = await claiming('delegate', { identity: grace() })
    expect(swapped.outcome).toBe('assertion_invalid')
  })
})

describe('131 an identifier of those that users may type', () => {
  test('leads to no other', async () => {
    const way = `typed?identifier=${encodeURIComponent(`${house.provider.origin}/`)}`
    page('/mine', xrds([{ uris: [house.provider.endpoint] }]))
    expect((await claiming(way, { claimed_id: `${site}/mine`, identity: `${site}/mine` })).outcome).toBe('assertion_invalid')
    expect(visited).toEqual([])
    expect((await claiming(way, {})).outcome).toBe('signed in')
  })

  test('is not followed to another', async () => {
    page('/elsewhere', xrds([{ uris: [house.provider.endpoint], localId: ada() }]))
    shown.set('/people/ada', { status: 301, headers: { location: '/elsewhere' } })
    await expect(house.answered(`listed?identifier=${encodeURIComponent(`${site}/people/ada`)}`)).rejects.toThrow('discovery_failed')
    expect(visited).toEqual(['/people/ada'])
  })
})

describe('138 an entry that says what its identifiers look like', () => {
  const good = 'https://steamcommunity.example/openid/id/76561197960435530'

  test('takes one, without looking it up, and has the end of it for the id', async () => {
    expect(await claiming('steamlike', { claimed_id: good, identity: good })).toEqual({ outcome: 'signed in', id: '76561197960435530' })
  })

  test.each([
    good.replace('https', 'http'),
    `${good}0`,
    `${good}/`,
    `${good}?x`,
    `${good}#x`,
    `https://evil.example/?${good}`,
    `https://evil.example/${good}`,
    good.replace('.example', '.example.evil.example'),
    good.replace('steamcommunity.', 'steamcommunityx'),
    good.replace('steamcommunity', 'STEAMCOMMUNITY'),
    `${good}\nx`,
    good.replace('7656', '٧656'),
    good.slice(0, -1),
  ])('refuses %j', async (claimed) => {
    const { outcome } = await claiming('steamlike', { claimed_id: claimed, identity: claimed })
    // The name of a host is the same in capitals.
    expect(outcome).toBe(claimed.includes('STEAM') ? 'signed in' : 'assertion_invalid')
  })

  test('refuses one under another name', async () => {
    const other = good.replace(/\d$/, '1')
    expect((await claiming('steamlike', { claimed_id: good, identity: other })).outcome).toBe('assertion_invalid')
  })
})
