import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from '../../support/browser.js'
import { addressOf, type Answer } from '../../support/openid2/site.js'
import { changed, type House, startHouse, ways } from './house.js'

/** Goal 5 of the threat model: at least 200 changed assertions by either way of verification, of which none is accepted. */

let house: House

beforeAll(async () => {
  house = await startHouse()
})
afterAll(async () => {
  await house.close()
})

interface Mutant {
  name: string
  /** The address that brings it. */
  address: string
}

const prefix = 'openid.'

/** Every change of an answer that makes it another one. */
function mutantsOf(answer: Answer): Mutant[] {
  const fields = Object.fromEntries(Object.entries(answer.fields).map(([name, value]) => [name.slice(prefix.length), value]))
  const signed = (fields['signed'] ?? '').split(',')
  const other = (name: string, change: Record<string, string | undefined>): Mutant => ({
    name,
    address: addressOf(changed(answer, change)),
  })
  const listed = (names: readonly string[]): Record<string, string> => ({ signed: names.join(',') })
  const ofFields = Object.entries(fields).flatMap(([name, value]) => {
    const again = `${addressOf(answer)}&${new URLSearchParams({ [prefix + name]: value }).toString()}`
    return [
      other(`${name} dropped`, { [name]: undefined }),
      other(`${name} emptied`, { [name]: '' }),
      other(`${name} longer`, { [name]: `${value}x` }),
      other(`${name} shorter`, { [name]: value.slice(0, -1) }),
      other(`${name} in other letters`, { [name]: swapped(value) }),
      other(`${name} with a line`, { [name]: `${value}\nmode:id_res` }),
      { name: `${name} twice`, address: again },
      ...(signed.includes(name) ? [other(`${name} unsigned`, listed(signed.filter((one) => one !== name)))] : []),
    ]
  })
  const sig = fields['sig'] ?? ''
  const bytes = Buffer.from(sig, 'base64')
  return [
    ...ofFields.filter(({ address }) => address !== addressOf(answer)),
    ...signed.slice(1).map((_name, index) => other(`signed in another order, ${String(index)}`, listed(exchanged(signed, index)))),
    other('signed backwards', listed([...signed].reverse())),
    other('signed twice', listed([...signed, ...signed])),
    other('signed with one that is not there', listed([...signed, 'absent'])),
    other('signed with an empty name', listed([...signed, ''])),
    other('signed with spaces', { signed: signed.join(', ') }),
    other('signed with mode', listed([...signed, 'mode'])),
    other('signed with itself', listed([...signed, 'signed'])),
    other('signature in base64url', { sig: `${sig.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}` }),
    other('signature in hexadecimal', { sig: bytes.toString('hex') }),
    other('signature of another length', { sig: bytes.subarray(0, 16).toString('base64') }),
    other('signature of zeros', { sig: Buffer.alloc(bytes.length).toString('base64') }),
    other('signature with a space', { sig: ` ${sig}` }),
    other('signature twice in one', { sig: `${sig},${sig}` }),
    ...Array.from({ length: bytes.length }, (_, index) => {
      const flipped = Buffer.from(bytes)
      flipped[index] = (flipped[index] ?? 0) ^ 1
      return other(`signature with a bit changed, ${String(index)}`, { sig: flipped.toString('base64') })
    }),
  ]
}

function swapped(text: string): string {
  return text.replace(/[a-z]/i, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
}

function exchanged(list: readonly string[], index: number): string[] {
  const copy = [...list]
  ;[copy[index], copy[index + 1]] = [copy[index + 1] ?? '', copy[index] ?? '']
  return copy
}

async function outcomeOf(browser: Browser, address: string): Promise<string> {
  const page = await browser.go(address, { follow: false, headers: { accept: 'application/json' } })
  const { data } = await browser.json<{ id: string } | null>(`${house.url}/me`)
  return data === null ? `${String(page.status)} ${(JSON.parse(page.body) as { error: string }).error}` : 'signed in'
}

describe.each(ways)('verified %s', (way) => {
  test('no changed answer signs anybody in, and the unchanged one does', async () => {
    const { answer } = await house.answered(way)
    const names = mutantsOf(answer).map(({ name }) => name)
    expect(names.length).toBeGreaterThanOrEqual(200)

    const outcomes: [string, string][] = []
    const remaining = names.map((_name, index) => index)
    const work = async (): Promise<void> => {
      for (let index = remaining.shift(); index !== undefined; index = remaining.shift()) {
        const login = await house.answered(way)
        const mutant = mutantsOf(login.answer)[index]
        if (mutant) outcomes.push([mutant.name, await outcomeOf(login.browser, mutant.address)])
      }
    }
    await Promise.all([work(), work(), work(), work()])
    // One whose last letter is none that changes it, or that has no letters, is the same answer.
    expect(outcomes.filter(([, outcome]) => outcome === 'signed in')).toEqual([])
    expect(outcomes.length).toBeGreaterThanOrEqual(200)
    const others = outcomes.filter(([, outcome]) => !/^(?:400|403|502) /.test(outcome))
    expect(others).toEqual([])
  }, 120_000)

  test('fields in another order, and fields of nobody, are the same answer', async () => {
    const { browser, answer } = await house.answered(way)
    const fields = Object.fromEntries([...Object.entries(answer.fields)].reverse())
    expect(await house.bring(browser, { ...answer, fields: { ...fields, utm_source: 'mail' } })).toBe('signed in')
  })
})
