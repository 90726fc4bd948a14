import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters } from 'jose'
import { verifySignedJwt, type JwtChecks, type VerifiedJwt } from '../../../../lib/endpoints/discovery/verifySignedJwt.js'
import { createHttp } from '../../../../lib/http/http.js'
import type { Context, ResolvedProvider } from '../../../../lib/types.js'
import { contextAt, startFakeOpenid, type FakeOpenid, type Keys } from '../../../support/unitOpenid.js'
import { sendJson, startServer } from '../../../support/unitServer.js'

const first = await generateKeyPair('RS256', { extractable: true })
const second = await generateKeyPair('RS256', { extractable: true })

const minute = 60_000

let fake: FakeOpenid
let now: number
beforeEach(async () => {
  fake = await startFakeOpenid(first)
  now = Date.now()
})
afterEach(async () => {
  await fake.close()
})

const jwk = async ({ publicKey }: Keys, kid: string): Promise<object> => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })

const sign = ({ privateKey }: Keys, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'RS256', kid: 'right', ...header } as JWTHeaderParameters).sign(privateKey)

const contextOf = (provider: Partial<ResolvedProvider> = {}): Context => contextAt(fake, provider, { now: () => now })

const verify = (context: Context, jwt: string, checks: Partial<JwtChecks> = {}): Promise<VerifiedJwt> =>
  verifySignedJwt(context, jwt, { purpose: 'login', ...checks })

const fetched = (): number => fake.calls('/keys')

async function rotate(kid = 'next'): Promise<string> {
  fake.keys = [await jwk(second, kid)]
  return sign(second, { kid })
}

describe('A key that the provider has just made', () => {
  test('is fetched at once, also when keys were fetched a second ago', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    now += 1_000
    await expect(verify(context, await rotate())).resolves.toMatchObject({ payload: { sub: 'ada' }, header: { kid: 'next' } })
    expect(fetched()).toBe(2)
    await expect(verify(context, await sign(first))).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'no usable key' })
  })

  test('is fetched once, however many tokens come with it', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    const token = await rotate()
    await Promise.all(Array.from({ length: 50 }, () => verify(context, token)))
    expect(fetched()).toBe(2)
  })

  test('is found without a name, where it is the only one', async () => {
    fake.keys = [await exportJWK(first.publicKey)]
    const context = contextOf()
    await verify(context, await sign(first, { kid: undefined }))
    fake.keys = [await exportJWK(second.publicKey)]
    await expect(verify(context, await sign(second, { kid: undefined }))).resolves.toBeDefined()
    expect(fetched()).toBe(2)
  })

  test('is the second of two within ten seconds: it waits for them to pass', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    await verify(context, await rotate())
    const token = await rotate('third')
    await expect(verify(context, token)).rejects.toMatchObject({ code: 'idtoken_invalid' })
    now += 10_000
    await expect(verify(context, token)).resolves.toBeDefined()
  })
})

describe('Tokens of invented keys', () => {
  const invented = async (count: number): Promise<string[]> => {
    const [, payload, signature] = (await sign(second)).split('.')
    const header = (index: number): string =>
      Buffer.from(JSON.stringify({ alg: 'RS256', kid: `invented-${String(index)}` })).toString('base64url')
    return Array.from({ length: count }, (_, index) => [header(index), payload, signature].join('.'))
  }

  test('that strangers send for logouts make one fetch a minute, and none that a login needs is missing', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    for (const token of await invented(2_000)) {
      await expect(verify(context, token, { purpose: 'logout' })).rejects.toMatchObject({ code: 'idtoken_invalid' })
    }
    expect(fetched()).toBe(2)
    const token = await rotate()
    await expect(verify(context, token, { purpose: 'logout' })).rejects.toMatchObject({ code: 'idtoken_invalid' })
    await expect(verify(context, token)).resolves.toBeDefined()
    expect(fetched()).toBe(3)
    now += minute
    for (const forged of await invented(100)) await verify(context, forged, { purpose: 'logout' }).catch(() => undefined)
    expect(fetched()).toBe(4)
  })

  test('that come first, or all at once, make one fetch', async () => {
    const context = contextOf()
    const tokens = await invented(500)
    await Promise.allSettled(tokens.map((token) => verify(context, token, { purpose: 'logout' })))
    expect(fetched()).toBe(1)
    await Promise.allSettled(tokens.map((token) => verify(context, token, { purpose: 'logout' })))
    expect(fetched()).toBe(2)
  })

  test('make one fetch in ten seconds where they come with logins', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    for (const token of await invented(50)) await verify(context, token).catch(() => undefined)
    expect(fetched()).toBe(2)
  })
})

describe('While the keys cannot be fetched', () => {
  const down = (): (() => void) => {
    const { keys } = fake
    fake.keys = undefined as never
    return () => {
      fake.keys = keys
    }
  }

  test('those that are known serve for a day, and the provider is asked once a minute', async () => {
    const context = contextOf()
    const token = await sign(first)
    await verify(context, token)
    const up = down()
    now += 6 * minute
    for (let round = 0; round < 5; round++) await verify(context, token)
    expect(fetched()).toBe(2)
    now += minute
    await verify(context, token)
    expect(fetched()).toBe(3)
    now += 24 * 60 * minute
    await expect(verify(context, token)).rejects.toMatchObject({ code: 'provider_bad_response' })
    up()
    await expect(verify(context, token)).resolves.toBeDefined()
  })

  test('and none are known, each login asks, and a flood of logout tokens once a minute', async () => {
    const context = contextOf()
    const token = await sign(first)
    const up = down()
    for (let round = 0; round < 3; round++) await expect(verify(context, token)).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(fetched()).toBe(3)
    for (let round = 0; round < 20; round++)
      await expect(verify(context, token, { purpose: 'logout' })).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(fetched()).toBe(3)
    now += minute
    for (let round = 0; round < 20; round++) await verify(context, token, { purpose: 'logout' }).catch(() => undefined)
    expect(fetched()).toBe(4)
    up()
    await expect(verify(context, token)).resolves.toBeDefined()
  })

  test('a token of a new key fails as the provider does', async () => {
    const context = contextOf()
    await verify(context, await sign(first))
    const token = await rotate()
    down()
    await expect(verify(context, token)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })
})

describe('Keys are those', () => {
  test('of the entry, and nothing is fetched', async () => {
    const context = contextOf({ jwks: { keys: [{ ...(await jwk(second, 'own')) }] } })
    await expect(verify(context, await sign(second, { kid: 'own' }))).resolves.toBeDefined()
    await expect(verify(context, await sign(first))).rejects.toMatchObject({ code: 'idtoken_invalid' })
    expect(fetched()).toBe(0)
  })

  test("at the entry's jwksUri, which wins over that of discovery", async () => {
    const context = contextOf({ jwksUri: `${fake.issuer}/keys?own` })
    await verify(context, await sign(first))
    expect(fake.server.received.map(({ url }) => url).filter((url) => url.startsWith('/keys'))).toEqual(['/keys?own'])
  })

  test('of each entry alone, though two have one issuer', async () => {
    const [one, other] = [contextOf({ jwks: { keys: [{ ...(await jwk(first, 'right')) }] } }), contextOf()]
    fake.keys = [await jwk(second, 'right')]
    await verify(one, await sign(first))
    await verify(other, await sign(second))
    await expect(verify(one, await sign(second))).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'signature' })
    await expect(verify(other, await sign(first))).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'signature' })
  })
})

describe('The address of keys that a tenant brings', () => {
  test.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://localhost',
    'https://2130706433',
    'https://10.0.0.1',
    'https://169.254.169.254',
  ])('%s is not connected to', async (origin) => {
    const { port } = new URL(fake.issuer)
    const { outbound } = contextOf()
    const context = { ...contextOf({ jwksUri: `${origin}:${port}/keys` }), ...createHttp(outbound, { publicOnly: true }) }
    await expect(verify(context, await sign(first), { algorithms: ['RS256'] })).rejects.toMatchObject({ code: 'discovery_failed' })
    expect(fake.server.received).toEqual([])
  })

  test('is none where the set leads elsewhere', async () => {
    const elsewhere = await startServer((_request, res) => {
      sendJson(res, { keys: fake.keys })
    })
    const moved = await startServer((_request, res) => {
      res.writeHead(302, { location: `${elsewhere.origin}/keys` }).end()
    })
    try {
      const context = contextOf({ jwksUri: `${moved.origin}/keys` })
      await expect(verify(context, await sign(first))).rejects.toMatchObject({ code: 'provider_bad_response' })
      expect(elsewhere.received).toEqual([])
    } finally {
      await Promise.all([elsewhere.close(), moved.close()])
    }
  })
})

describe('Of a set with all kinds of keys', () => {
  test('the usable ones are used, and no private or shared one', async () => {
    const secret = 'a shared secret that stands in the set'
    fake.keys = [
      null,
      7,
      [],
      {},
      { kty: 'RSA' },
      { kty: 'EC', crv: 'none', kid: 'right', x: '', y: '' },
      { kty: 'oct', kid: 'shared', k: Buffer.from(secret).toString('base64url') },
      { ...(await exportJWK(second.privateKey)), kid: 'leaked' },
      await jwk(first, 'right'),
    ] as object[]
    const context = contextOf()
    await expect(verify(context, await sign(first))).resolves.toBeDefined()
    await expect(verify(context, await sign(second, { kid: 'leaked' }))).rejects.toMatchObject({ reason: 'no usable key' })
    const shared = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'shared' }).sign(Buffer.from(secret))
    await expect(verify(context, shared, { algorithms: ['HS256'] })).rejects.toMatchObject({ reason: 'signature' })
  })

  test('a public one is used, though a private one stands there under its name', async () => {
    fake.keys = [{ ...(await exportJWK(second.privateKey)), kid: 'right' }, await jwk(first, 'right')]
    const context = contextOf()
    await expect(verify(context, await sign(first))).resolves.toBeDefined()
    await expect(verify(context, await sign(second))).rejects.toMatchObject({ reason: 'signature' })
  })

  test('of ten thousand, the right one is found', async () => {
    fake.keys = [...Array.from({ length: 10_000 }, (_, index) => ({ kty: 'EC', kid: String(index) })), await jwk(first, 'right')]
    await expect(verify(contextOf(), await sign(first))).resolves.toBeDefined()
  })
})

describe('The type of a token', () => {
  test.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, true],
    ['JWT', undefined, true],
    ['logout+jwt', undefined, false],
    ['at+jwt', undefined, false],
    ['application/at+JWT', undefined, false],
    ['logout+jwt', 'logout+jwt', true],
    ['application/LOGOUT+jwt', 'logout+jwt', true],
    ['JWT', 'logout+jwt', false],
    [undefined, 'logout+jwt', false],
  ])('%s where %s is asked for', async (typ, asked, accepted) => {
    const made = verify(contextOf(), await sign(first, { typ }), asked === undefined ? {} : { typ: asked })
    if (accepted) await expect(made).resolves.toBeDefined()
    else await expect(made).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'typ' })
  })
})
