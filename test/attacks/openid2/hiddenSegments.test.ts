import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { xrds } from '../../support/openid2/documents.js'
import { listen } from '../../support/hosts.js'
import { type House, startHouse } from './house.js'

/**
 * Case 137 where `allow` names one folder of a site on which others may write elsewhere, and the site's server takes an encoded slash for a
 * slash, or drops what follows a semicolon: `/people/..%2Fuploads/x` is below `/people/` as it is written only.
 */

let house: House
let pages: { url: string; close: () => Promise<void> }

/** The path that such a server looks for. */
function served(target: string): string {
  const [path = ''] = target.split('?')
  return new URL(
    decodeURIComponent(path)
      .replaceAll('\\', '/')
      .replace(/;[^/]*/g, ''),
    pages.url,
  ).pathname
}

beforeAll(async () => {
  pages = await listen((req, res) => {
    const isServed = ['/uploads/mallory', '/people/ada', '/people/a/b', '/people/..ada', '/people/a..'].includes(served(req.url ?? ''))
    res.writeHead(isServed ? 200 : 404, { 'content-type': 'application/xrds+xml' })
    res.end(isServed ? xrds([{ uris: [house.provider.endpoint], localId: house.provider.identifierOf('ada-id') }]) : '')
  })
  house = await startHouse({ more: () => ({ listed: { protocol: 'openid2', allow: [`${pages.url}/people/`] } }) })
})
afterAll(async () => {
  await house.close()
  await pages.close()
})

const start = (path: string): ReturnType<House['answered']> =>
  house.answered(`listed?identifier=${encodeURIComponent(`${pages.url}${path}`)}`)

test.each(['/people/ada', '/people/a%2Fb', '/people/..ada', '/people/a..'])('%s is below the folder', async (path) => {
  const { browser, answer } = await start(path)
  expect(await house.bring(browser, answer)).toBe('signed in')
})

test.each([
  '/people/..%2Fuploads/mallory',
  '/people/..%2fuploads%2fmallory',
  '/people/%2e%2e%2fuploads/mallory',
  '/people/.%2E%2Fuploads/mallory',
  '/people/x%2f..%2f..%2fuploads/mallory',
  '/people/x%2F../..%2fuploads/mallory',
  '/people/x%2f..%2f../uploads/mallory',
  '/people/..%5Cuploads/mallory',
  '/people/..;/uploads/mallory',
  '/people/..;x=y/uploads/mallory',
  '/people/%2e%2e;/uploads/mallory',
  '/people/..%3B/uploads/mallory',
])('%s is not', async (path) => {
  await expect(start(path)).rejects.toThrow(/could not be started: 400/)
})
