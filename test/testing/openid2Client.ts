import { createHash, createHmac, randomBytes } from 'node:crypto'
import { afterEach, expect } from '@jest/globals'
import { startOpenid2Provider, type Openid2Provider, type Openid2ProviderOptions } from '../../testing/index.js'

/** A relying party of a few lines: a second reading of OpenID Authentication 2.0, with no code of the provider in it. */

export const namespace = 'http://specs.openid.net/auth/2.0'
export const identifierSelect = 'http://specs.openid.net/auth/2.0/identifier_select'
export const realm = 'http://127.0.0.1:9/'
export const returnTo = 'http://127.0.0.1:9/back?keep=a%20b'

/** Fields of a message, without `openid.`. */
export type Fields = Record<string, string>

const running: Openid2Provider[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((provider) => provider.close()))
})

/** Starts a provider that is closed after the test. */
export async function start(options: Openid2ProviderOptions = {}): Promise<Openid2Provider> {
  const provider = await startOpenid2Provider(options)
  running.push(provider)
  return provider
}

/** A direct request, and its answer in Key-Value Form. */
export async function direct(provider: Openid2Provider, fields: Fields): Promise<{ status: number; fields: Fields }> {
  const response = await post(provider.endpoint, { ns: namespace, ...fields })
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
  const lines = (await response.text()).split('\n')
  expect(lines.pop()).toBe('')
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
  return { status: response.status, fields: Object.fromEntries(pairs) as Fields }
}

/** Posts a message as a form. */
export function post(url: string, fields: Fields, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: encoded(fields), redirect: 'manual', headers })
}

export function encoded(fields: Fields): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [`openid.${name}`, value]))
}

export interface Shared {
  handle: string
  hash: string
  secret: Buffer
}

/** Agrees on an association; the answer's fields are checked for what section 8.2 asks. */
export async function associate(
  provider: Openid2Provider,
  hash: 'SHA1' | 'SHA256' = 'SHA256',
  own?: { modulus: bigint; generator: bigint },
): Promise<Shared> {
  const { modulus, generator } = own ?? { modulus: defaultModulus, generator: 2n }
  const key = BigInt(`0x${randomBytes(100).toString('hex')}`)
  const { status, fields } = await direct(provider, {
    mode: 'associate',
    assoc_type: `HMAC-${hash}`,
    session_type: `DH-${hash}`,
    dh_consumer_public: btwoc(power(generator, key, modulus)).toString('base64'),
    ...(own ? { dh_modulus: btwoc(modulus).toString('base64'), dh_gen: btwoc(generator).toString('base64') } : {}),
  })
  expect({ status, ...fields }).toMatchObject({ status: 200, ns: namespace, assoc_type: `HMAC-${hash}`, session_type: `DH-${hash}` })
  expect(fields['assoc_handle']).toMatch(/^[\x21-\x7e]{1,255}$/)
  expect(fields['expires_in']).toMatch(/^[1-9]\d*$/)
  const shared = power(BigInt(`0x${Buffer.from(fields['dh_server_public'] ?? '', 'base64').toString('hex')}`), key, modulus)
  const mask = createHash(hash).update(btwoc(shared)).digest()
  const secret = Buffer.from(fields['enc_mac_key'] ?? '', 'base64').map((byte, index) => byte ^ (mask[index] ?? 0))
  expect(secret).toHaveLength(hash === 'SHA1' ? 20 : 32)
  return { handle: fields['assoc_handle'] ?? '', hash, secret: Buffer.from(secret) }
}

/** A request that leaves it to the provider who it is. */
export function request(more: Fields = {}): Fields {
  return {
    ns: namespace,
    mode: 'checkid_setup',
    claimed_id: identifierSelect,
    identity: identifierSelect,
    realm,
    return_to: returnTo,
    ...more,
  }
}

/** `request` without some fields. */
export function requestWithout(...names: string[]): Fields {
  return Object.fromEntries(Object.entries(request()).filter(([name]) => !names.includes(name)))
}

/** Sends a browser with a message, and gives its answer as the provider sent it. */
export function visit(provider: Openid2Provider, fields: Fields, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${provider.endpoint}?${encoded(fields).toString()}`, { redirect: 'manual', headers })
}

/** The message with which the browser comes back, by redirect; its address is as it was asked for. */
export function cameBack(response: Response, to = returnTo): Fields {
  const location = response.headers.get('location') ?? ''
  expect({ status: response.status, location }).toEqual({ status: 302, location: expect.stringContaining(to) })
  const pairs = [...new URLSearchParams(location.slice(to.length + 1))]
  expect(pairs.every(([name]) => name.startsWith('openid.'))).toBe(true)
  const fields = Object.fromEntries(pairs.map(([name, value]) => [name.slice('openid.'.length), value]))
  expect(Object.keys(fields)).toHaveLength(pairs.length)
  return fields
}

/** Signs somebody in without a page, or with the message that comes. */
export async function signIn(provider: Openid2Provider, more: Fields = {}): Promise<Fields> {
  return cameBack(await visit(provider, request(more)))
}

/** The signature that an assertion should have. */
export function signatureOf(fields: Fields, { hash, secret }: Shared): string {
  const signed = (fields['signed'] ?? '').split(',')
  return createHmac(hash, secret)
    .update(signed.map((name) => `${name}:${fields[name] ?? '(absent)'}\n`).join(''))
    .digest('base64')
}

/** Asks the provider whether an assertion is its own. */
export async function verify(provider: Openid2Provider, assertion: Fields): Promise<Fields> {
  return (await direct(provider, { ...assertion, mode: 'check_authentication' })).fields
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export function btwoc(number: bigint): Buffer {
  const hex = number.toString(16)
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes])
}

/** Appendix B, in decimal as python3-openid has it. */
const defaultModulus =
  155172898181473697471232257763715539915724801966915404479707795314057629378541917580651227423698188993727816152646631438561595825688188889951272158842675419950341258706556549803580104870537681476726513255747040765857479291291572334510643245094715007229621094194349783925984760375594985848253359305585439638443n
