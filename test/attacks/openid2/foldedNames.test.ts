import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBrowser } from '../../support/browser.js'
import { listen } from '../../support/hosts.js'
import { addressOf, type Answer, startOpenid2Site, upToCallback } from '../../support/openid2/site.js'
import type { Site } from '../../support/site.js'
import { changed } from './house.js'

/**
 * Case 125 at providers whose web server takes two names for one: the signature is right for what they read, and that is not what we read.
 * Only direct verification is open to it.
 */

/** How a web server reads the names of a form: the last value of a name counts. */
const servers: Record<string, (name: string) => string> = {
  // What variables of that language cannot have in their names is `_`, and a name ends at a zero byte.
  'of PHP': (name) => (name.split('\0')[0] ?? '').replaceAll(/[ .]/g, '_'),
  'that makes no difference of case': (name) => name.toLowerCase(),
  'that trims names': (name) => name.trim(),
}

interface Provider {
  url: string
  close: () => Promise<void>
}

let read = (name: string): string => name
let provider: Provider
let site: Site

const secret = 'of the provider'
const names = ['op_endpoint', 'return_to', 'response_nonce', 'assoc_handle', 'claimed_id', 'identity', 'ns.sreg', 'sreg.email']

function signature(field: (name: string) => string, signed: string): string {
  const lines = signed.split(',').map((name) => `${name}:${field(name)}\n`)
  return createHmac('sha256', secret).update(lines.join('')).digest('base64')
}

beforeAll(async () => {
  let nonces = 0
  provider = await listen((req, res) => {
    void (async () => {
      if (req.method !== 'POST') {
        const asked = new URL(req.url ?? '', provider.url).searchParams
        const [returnTo, me] = [asked.get('openid.return_to') ?? '', `${provider.url}/id/mallory`]
        const values = [
          `${provider.url}/op`,
          returnTo,
          `${new Date().toISOString().slice(0, 19)}Z${String(nonces++)}`,
          'private',
          me,
          me,
          'http://openid.net/extensions/sreg/1.1',
          'mallory@example.com',
        ]
        const fields = new Map(names.map((name, index) => [name, values[index] ?? '']))
        const signed = names.join(',')
        const all = { ns: 'http://specs.openid.net/auth/2.0', mode: 'id_res', ...Object.fromEntries(fields), signed }
        const sig = signature((name) => fields.get(name) ?? '', signed)
        const to = new URL(returnTo)
        for (const [name, value] of Object.entries({ ...all, sig })) to.searchParams.set(`openid.${name}`, value)
        res.writeHead(302, { location: to.href }).end()
        return
      }
      let body = ''
      for await (const chunk of req) body += String(chunk)
      const form = new Map([...new URLSearchParams(body)].map(([name, value]) => [read(name), value]))
      const field = (name: string): string => form.get(read(`openid.${name}`)) ?? ''
      const isValid = signature(field, field('signed')) === field('sig')
      res.end(`ns:http://specs.openid.net/auth/2.0\nis_valid:${String(isValid)}\n`)
    })()
  })
  site = await startOpenid2Site({
    providers: {
      house: {
        protocol: 'openid2',
        identifier: `${provider.url}/`,
        authorizationEndpoint: `${provider.url}/op`,
        claimedIdPattern: /http:\/\/[\w.:]+\/id\/\w+/,
      },
    },
  })
})
afterAll(async () => {
  await site.close()
  await provider.close()
})

/** Who is signed in after the answer, which was changed on its way. */
async function brought(change: (answer: Answer) => Answer): Promise<{ id: string; email?: string } | null> {
  const browser = createBrowser()
  await browser.go(addressOf(change(await upToCallback(browser, site.url))))
  return (await browser.json<{ id: string; email?: string } | null>(`${site.url}/me`)).data
}

/** The victim's value where we read it, and the attacker's behind it under a name that the provider takes for the same. */
function instead(victims: Record<string, string>, other: (name: string) => string): (answer: Answer) => Answer {
  return (answer) => {
    const own = Object.keys(victims).map((name) => [other(name), answer.fields[`openid.${name}`] ?? ''] as const)
    return changed(changed(answer, victims), Object.fromEntries(own))
  }
}

describe.each(Object.keys(servers))('a provider on a server %s', (kind) => {
  beforeAll(() => {
    read = servers[kind] ?? read
  })

  test('signs its users in', async () => {
    expect(await brought((answer) => answer)).toMatchObject({ id: `${provider.url}/id/mallory`, email: 'mallory@example.com' })
  })

  test.each([
    ['a zero byte', (name: string) => `${name}\0`],
    ['a space', (name: string) => `${name} `],
    ['another case', (name: string) => name.replace(/[a-z]/, (letter) => letter.toUpperCase())],
  ])('signs nobody in as another by %s in a name', async (_what, other) => {
    const victim = `${provider.url}/id/ada`
    expect(await brought(instead({ claimed_id: victim, identity: victim }, other))).toBeNull()
  })

  test.each([
    ['a dot', 'sreg.email', 'sreg_email'],
    ['an underscore', 'sreg.email', 'sreg email'],
  ])('takes no value of another by %s in a name', async (_what, name, other) => {
    expect(await brought(instead({ [name]: 'ada@example.com' }, () => other))).toBeNull()
  })
})
