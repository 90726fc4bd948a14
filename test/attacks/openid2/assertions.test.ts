import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Openid2Fields } from '../../../testing/index.js'
import { changed, type House, startHouse, ways } from './house.js'

/** Cases 121 to 136 of the threat model, verified by asking the provider and by association. */

let house: House

beforeAll(async () => {
  house = await startHouse()
})
afterEach(() => {
  house.provider.tampering = {}
  house.provider.requests.length = 0
})
afterAll(async () => {
  await house.close()
})

/** What becomes of an answer that the provider itself has signed like that. */
async function signedAs(way: string, change: (fields: Openid2Fields) => Openid2Fields): Promise<string> {
  house.provider.tampering = { beforeSigning: change }
  const { browser, answer } = await house.answered(way)
  return house.bring(browser, answer)
}

/** What becomes of an answer that somebody has changed on the way. */
async function sentAs(way: string, change: Record<string, string | undefined>, by: 'GET' | 'POST' = 'GET'): Promise<string> {
  const { browser, answer } = await house.answered(way)
  return house.bring(browser, changed(answer, change), by)
}

const asked = (): number => house.provider.requests.filter(({ mode }) => mode === 'check_authentication').length

function unsigned(fields: Openid2Fields, name: string): Openid2Fields {
  return {
    ...fields,
    signed: (fields['signed'] ?? '')
      .split(',')
      .filter((one) => one !== name)
      .join(','),
  }
}

describe.each(ways)('verified %s', (way) => {
  test.each(['GET', 'POST'] as const)('control: an honest answer by %s signs in', async (by) => {
    const { browser, answer } = await house.answered(way)
    expect(await house.bring(browser, answer, by)).toBe('signed in')
  })

  describe('121 return_to', () => {
    test.each([
      ['another host', (to: string) => to.replace('127.0.0.1', 'localhost')],
      ['another port', (to: string) => to.replace(/:\d+\//, ':1/')],
      ['another path', (to: string) => to.replace('/callback', '/callback/')],
      ['another scheme', (to: string) => to.replace('http:', 'https:')],
      ['another query', (to: string) => `${to}&more=1`],
      ['no query', (to: string) => to.replace(/\?.*/, '')],
      ['another state', (to: string) => to.replace(/.$/, '~')],
      ['a fragment', (to: string) => `${to}#x`],
    ])('of %s, by GET and POST, is refused before anybody is asked', async (_name, change) => {
      for (const by of ['GET', 'POST'] as const) {
        house.provider.tampering = { beforeSigning: (fields) => ({ ...fields, return_to: change(fields['return_to'] ?? '') }) }
        const { browser, answer } = await house.answered(way)
        expect(await house.bring(browser, answer, by)).toBe('return_to_mismatch')
      }
      expect(asked()).toBe(0)
    })

    test('that is missing is refused', async () => {
      expect(await sentAs(way, { return_to: undefined })).toBe('return_to_mismatch')
    })
  })

  test("122 another login's answer does not end this one, though the provider has signed it", async () => {
    const victim = await house.answered(way)
    const { answer: foreign } = await house.answered(way)
    expect(await house.bring(victim.browser, { ...foreign, address: victim.answer.address })).toBe('return_to_mismatch')
  })

  test('122 an answer without our value, or with two of them, is refused', async () => {
    const { browser, answer } = await house.answered(way)
    const refused = await house.bring(browser, { ...answer, address: answer.address.replace(/state=[^&]*/, 'state=') })
    expect(refused).toBe('state_missing')
    expect(await house.bring(browser, { ...answer, address: `${answer.address}&state=two` })).toBe('bad_request')
  })

  test('123 an answer that no browser has asked for is refused, with a value of its own or without one', async () => {
    const { answer } = await house.answered(way)
    const { browser } = await house.answered('ada')
    const stranger = (await house.answered('ada')).browser
    stranger.cookies(new URL(house.url).host).clear()
    expect(await house.bring(stranger, answer)).toBe('state_unknown')
    const without = { ...answer, address: answer.address.replace(/state=[^&]*/, '') }
    expect(await house.bring(stranger, without)).toBe('state_unknown')
    // Of a browser with a login of another entry under way, nothing is known of this one either.
    expect(await house.bring(browser, answer)).toBe('state_unknown')
    expect(asked()).toBe(0)
  })

  test.each(['op_endpoint', 'return_to', 'response_nonce', 'assoc_handle', 'claimed_id', 'identity'])(
    '124 an answer whose signature leaves out %s is refused, though the provider has signed it',
    async (name) => {
      expect(await signedAs(way, (fields) => unsigned(fields, name))).toBe('assertion_invalid')
      expect(asked()).toBe(0)
    },
  )

  test('125 a claimed identifier that is swapped, or added unsigned, is refused', async () => {
    const grace = house.provider.identifierOf('grace-id')
    expect(await sentAs(way, { claimed_id: grace, identity: grace })).toBe('assertion_invalid')
    house.provider.tampering = {
      beforeSigning: ({ claimed_id: _claimed, identity: _identity, ...fields }) => unsigned(unsigned(fields, 'claimed_id'), 'identity'),
      afterSigning: (fields) => ({ ...fields, claimed_id: grace, identity: grace }),
    }
    const { browser, answer } = await house.answered(way)
    expect(await house.bring(browser, answer)).toBe('assertion_invalid')
  })

  test('126 values of extensions that the signature does not cover are ignored', async () => {
    for (const strip of ['sreg.email', 'ns.sreg', 'ax.value.email', 'ax.type.email', 'ns.ax']) {
      const ofEmail = ['sreg.email', 'ax.value.email', 'ax.value.email_2']
      const names =
        strip.startsWith('ns.') || strip.includes('type') ? [strip, 'ax.value.email', 'ax.value.email_2', 'sreg.email'] : ofEmail
      house.provider.tampering = {
        beforeSigning: (fields) => names.reduce(unsigned, fields),
        afterSigning: (fields) => ({ ...fields, 'sreg.email': 'mallory@example.com', 'ax.value.email': 'mallory@example.com' }),
      }
      const { browser, answer } = await house.answered(way)
      expect(await house.bring(browser, answer)).toBe('signed in')
      const { data } = await browser.json<{ email?: string; raw: object }>(`${house.url}/me`)
      expect(data.email).toBeUndefined()
      expect(JSON.stringify(data)).not.toContain('mallory')
    }
    // An alias of the attacker's own, for the same extension.
    house.provider.tampering = {
      afterSigning: (fields) => ({ ...fields, 'ns.x': 'http://openid.net/extensions/sreg/1.1', 'x.email': 'mallory@example.com' }),
    }
    const { browser, answer } = await house.answered(way)
    expect(await house.bring(browser, answer)).toBe('signed in')
    expect((await browser.json<{ email?: string }>(`${house.url}/me`)).data.email).toBe('ada@example.com')
  })

  test('126 two signed fields do not become one with a line break, which the same signature would cover', async () => {
    const { browser, answer } = await house.answered(way)
    const { 'openid.sreg.nickname': nickname = '', 'openid.sreg.email': email = '', 'openid.signed': signed = '' } = answer.fields
    expect(signed).toContain('sreg.nickname,sreg.email')
    const joined = {
      'sreg.nickname': `${nickname}\nsreg.email:${email}`,
      'sreg.email': undefined,
      signed: signed.replace(',sreg.email', ''),
    }
    expect(await house.bring(browser, changed(answer, joined))).toBe('assertion_invalid')
  })

  test('126 no field of an extension takes the place of who it is', async () => {
    const grace = house.provider.identifierOf('grace-id')
    const more = { 'sreg.claimed_id': grace, 'ax.type.claimed_id': 'http://axschema.org/claimed_id', 'ax.value.claimed_id': grace }
    house.provider.tampering = {
      beforeSigning: (fields) => ({ ...fields, ...more, signed: [fields['signed'], ...Object.keys(more)].join(',') }),
    }
    const { browser, answer } = await house.answered(way)
    expect(await house.bring(browser, answer)).toBe('signed in')
    expect((await browser.json<{ id: string }>(`${house.url}/me`)).data.id).toBe(house.provider.identifierOf('ada-id'))
  })

  test('127 an answer counts once, in whatever login', async () => {
    let nonce: string | undefined
    house.provider.tampering = {
      beforeSigning: (fields) => ({ ...fields, response_nonce: (nonce ??= fields['response_nonce'] ?? '') }),
    }
    const first = await house.answered(way)
    expect(await house.bring(first.browser, first.answer)).toBe('signed in')
    const second = await house.answered(way)
    expect(await house.bring(second.browser, second.answer)).toBe('assertion_invalid')
  })

  describe('128 response_nonce', () => {
    const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)
    test.each([
      ['no time', () => 'abc'],
      ['no zone', () => `${at(0)}abc`],
      ['fractions of a second', () => `${at(0)}.123Zabc`],
      ['an offset', () => `${at(0)}+00:00abc`],
      ['a day that there is not', () => '2024-02-30T00:00:00Zabc'],
      ['more than 255 characters', () => `${at(0)}Z${'a'.repeat(236)}`],
      ['a space', () => `${at(0)}Za b`],
      ['a letter of another alphabet', () => `${at(0)}Zä`],
      ['a time too long ago', () => `${at(-301)}Zabc`],
      ['a time too far ahead', () => `${at(310)}Zabc`],
    ])('with %s is refused', async (_name, make) => {
      expect(await signedAs(way, (fields) => ({ ...fields, response_nonce: make() }))).toBe('assertion_invalid')
      expect(asked()).toBe(0)
    })

    test.each([
      ['of 255 characters', () => `${at(0)}Z${'a'.repeat(235)}`],
      // Another second for each way, or the one would be the other's again.
      ['of nothing but the time', () => `${at(way === 'direct' ? -7 : -67)}Z`],
      ['almost five minutes old', () => `${at(-290)}Z${Math.random().toString(36)}`],
    ])('%s is taken', async (_name, make) => {
      expect(await signedAs(way, (fields) => ({ ...fields, response_nonce: make() }))).toBe('signed in')
    })
  })

  test.each([undefined, '', 'http://openid.net/signon/1.1', 'http://openid.net/signon/1.0', 'http://specs.openid.net/auth/2.0 '])(
    '129 ns %s is refused',
    async (ns) => {
      expect(await sentAs(way, { ns })).toBe('assertion_invalid')
    },
  )

  test('130 the endpoint of another provider is refused, and not asked', async () => {
    for (const change of [
      (at: string) => at.replace('/openid', '/other'),
      (at: string) => `${at}/`,
      () => 'https://elsewhere.example/op',
    ]) {
      expect(await signedAs(way, (fields) => ({ ...fields, op_endpoint: change(fields['op_endpoint'] ?? '') }))).toBe('assertion_invalid')
    }
    expect(asked()).toBe(0)
  })

  test('134 an answer without identifiers is no login', async () => {
    const without = await signedAs(way, ({ claimed_id: _claimed, identity: _identity, ...fields }) =>
      unsigned(unsigned(fields, 'claimed_id'), 'identity'),
    )
    expect(without).toBe('assertion_invalid')
    expect(await sentAs(way, { claimed_id: undefined })).toBe('assertion_invalid')
    expect(await sentAs(way, { identity: undefined })).toBe('assertion_invalid')
  })

  test.each([
    ['cancel', {}, '403 access_denied'],
    ['setup_needed', {}, 'provider_error'],
    ['error', { error: 'it broke' }, 'provider_error'],
    ['', {}, 'assertion_invalid'],
    ['check_authentication', {}, 'assertion_invalid'],
    [undefined, {}, 'assertion_invalid'],
  ])('138 mode %s is no login', async (mode, more, code) => {
    expect(await sentAs(way, { ...more, mode })).toBe(code)
  })
})

test('135 the key of another association, or of none, is no key', async () => {
  const { browser, answer } = await house.answered('shared')
  expect(await house.bring(browser, changed(answer, { assoc_handle: 'unknown' }))).toBe('assertion_invalid')
  // The provider confirms nothing that a shared key has signed: whoever shares it could have.
  const other = await house.answered('direct')
  const shared = await house.answered('shared')
  const handle = shared.answer.fields['openid.assoc_handle']
  expect(await house.bring(other.browser, changed(other.answer, { assoc_handle: handle }))).toBe('assertion_invalid')
})

test('135 an association is let go of when its provider has confirmed that, and not before', async () => {
  const lie = await house.answered('shared')
  const handle = lie.answer.fields['openid.assoc_handle']
  await house.bring(lie.browser, changed(lie.answer, { invalidate_handle: handle, assoc_handle: 'another' }))
  expect((await house.answered('shared')).answer.fields['openid.assoc_handle']).toBe(handle)
  house.provider.forgetAssociations()
  const told = await house.answered('shared')
  expect(told.answer.fields['openid.invalidate_handle']).toBe(handle)
  expect(await house.bring(told.browser, told.answer)).toBe('signed in')
  const next = await house.answered('shared')
  expect(next.answer.fields['openid.invalidate_handle']).toBeUndefined()
  expect(next.answer.fields['openid.assoc_handle']).not.toBe(handle)
})

describe('136 the answer to check_authentication', () => {
  test.each([
    ['is_valid:false\n'],
    ['is_valid:TRUE\n'],
    ['is_valid: true\n'],
    ['is_valid :true\n'],
    ['is_valid:true \n'],
    ['is_valid:true\r\n'],
    ['is_valid=true\n'],
    ['is_valid:1\n'],
    ['is_valid:true\nis_valid:true\n'],
    ['is_valid:false\nis_valid:true\n'],
    ['<html>is_valid:true</html>\n'],
    ['\nis_valid:true\n'],
    ['ns:http://openid.net/signon/1.1\nis_valid:true\n'],
    ['{"is_valid":"true"}'],
    ['openid.is_valid:true\n'],
    [''],
  ])('%j is no confirmation', async (body) => {
    house.provider.tampering = {
      answer: (answer, { mode }) => (mode === 'check_authentication' ? { ...answer, status: 200, body } : answer),
    }
    const { browser, answer } = await house.answered('direct')
    expect(await house.bring(browser, answer)).toBe('assertion_invalid')
    expect(asked()).toBe(1)
  })

  test('counts with status 200 alone', async () => {
    for (const [status, code] of [
      [201, 'assertion_invalid'],
      [302, 'assertion_invalid'],
      [400, 'assertion_invalid'],
      [500, '502 provider_bad_response'],
    ] as const) {
      house.provider.tampering = {
        answer: (answer, { mode }) =>
          mode === 'check_authentication'
            ? { status, headers: { location: house.provider.endpoint }, body: 'ns:http://specs.openid.net/auth/2.0\nis_valid:true\n' }
            : answer,
      }
      const { browser, answer } = await house.answered('direct')
      expect(await house.bring(browser, answer)).toBe(code)
    }
  })

  test('is asked of the endpoint that was discovered, with exact copies of all fields', async () => {
    const { browser, answer } = await house.answered('direct')
    expect(await house.bring(browser, answer)).toBe('signed in')
    const checks = house.provider.requests.filter(({ mode }) => mode === 'check_authentication')
    expect(checks.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /openid'])
  })
})
