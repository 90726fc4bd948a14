import { expect } from '@jest/globals'
import { attacked, once } from './modes.js'

/** Beside case 286: a Host header never decides where anybody is sent (rule R9). It is read before any session. */

attacked()

const hosts = [
  'www.app.example',
  'evil.example',
  'www.evil.example',
  'www.www.app.example',
  'app.example.evil.example',
  'app.example:8443',
  'www.app.example:8443',
  'WWW.APP.EXAMPLE',
  'app.example.',
  'www.app.example.',
  'xwww.app.example',
  'www.app.example/evil.example',
  'www.app.example@evil.example',
  'evil.example#www.app.example',
  'www.app.example,evil.example',
  'www.app.example\\.evil.example',
  'www.app.example?x',
  '',
  '127.0.0.1',
  'localhost',
]

const targets = [
  '/auth/plain',
  '/auth',
  '/auth/plain?returnTo=//evil.example',
  '/auth/plain?returnTo=/a%0d%0aSet-Cookie:x=y',
  '//evil.example/../auth/plain',
  '/auth/plain/callback?code=c&state=s',
]

for (const baseUrl of ['https://app.example', 'https://www.app.example']) {
  once(`No Host header leads to an address that is not configured (${baseUrl})`, async (attack) => {
    await attack.run({ baseUrl })
    for (const host of hosts) {
      for (const target of targets) {
        const visitor = attack.visitor(baseUrl)
        const { location, headers, setCookies } = await visitor.go(target.startsWith('//') ? `${baseUrl}${target}` : target, {
          headers: { host, accept: 'text/html', 'x-forwarded-host': 'evil.example' },
        })
        const where = location === undefined ? undefined : new URL(location, baseUrl).origin
        if (where !== baseUrl && where !== attack.honest.origin) expect([host, target, where]).toEqual([host, target, undefined])
        if (location?.startsWith(attack.honest.origin))
          expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${baseUrl}/auth/plain/callback`)
        expect(setCookies.filter((line) => /domain=/i.test(line))).toEqual([])
        expect(JSON.stringify(headers)).not.toMatch(/"x=y|evil\.example\/"/)
      }
    }
  })

  once(`Who comes by the other of www and not is sent on once at most, and then signs in (${baseUrl})`, async (attack) => {
    await attack.run({ baseUrl })
    const other = baseUrl.includes('www.') ? baseUrl.replace('www.', '') : baseUrl.replace('https://', 'https://www.')
    const visitor = attack.visitor(other)
    let url = `${other}/auth/plain?returnTo=/me`
    let hops = 0
    for (; hops < 4; hops++) {
      const { location } = await visitor.go(url, { headers: { accept: 'text/html' } })
      if (location === undefined) break
      url = new URL(location, url).href
      if (url.startsWith(attack.honest.origin)) break
    }
    expect(hops).toBeLessThanOrEqual(2)
    expect(url.startsWith(attack.honest.origin)).toBe(true)
    // A proxy that rewrites the Host makes no circle of it.
    const marked = attack.visitor(other)
    let current = `${baseUrl}/auth/plain`
    for (let turn = 0; turn < 3 && !current.startsWith(attack.honest.origin); turn++) {
      const { location } = await marked.go(current, { headers: { host: new URL(other).host, accept: 'text/html' } })
      current = new URL(location ?? attack.honest.origin, current).href
    }
    expect(current.startsWith(attack.honest.origin)).toBe(true)
  })
}
