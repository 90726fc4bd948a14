import { generatePrimeSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  associate,
  direct,
  namespace,
  request,
  signatureOf,
  signIn,
  start,
  verify,
  visit,
  cameBack,
  btwoc,
  type Fields,
} from './openid2Client.js'

describe('an association', () => {
  test.each(['SHA1', 'SHA256'] as const)('by Diffie-Hellman with %s signs assertions', async (hash) => {
    const provider = await start({ signInAs: 'ada-id', associationLifetime: 60 })
    const shared = await associate(provider, hash)
    const fields = await signIn(provider, { assoc_handle: shared.handle })
    expect(fields['sig']).toBe(signatureOf(fields, shared))
    expect(fields).not.toHaveProperty('invalidate_handle')
  })

  test('has a secret of its own', async () => {
    const provider = await start()
    const all = await Promise.all(Array.from({ length: 10 }, () => associate(provider)))
    expect(new Set(all.flatMap(({ handle, secret }) => [handle, secret.toString('hex')])).size).toBe(20)
  })

  test('can be had with a group that the relying party chooses, whatever zeros the numbers begin with', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    // One bit more than whole bytes: the first byte of most numbers below it is zero.
    const own = { modulus: generatePrimeSync(513, { bigint: true, safe: true }), generator: 5n }
    for (let round = 0; round < 12; round += 1) {
      const shared = await associate(provider, 'SHA1', own)
      const fields = await signIn(provider, { assoc_handle: shared.handle })
      expect(fields['sig']).toBe(signatureOf(fields, shared))
    }
  })

  test('without encryption is made for who allows it', async () => {
    const asked = { mode: 'associate', assoc_type: 'HMAC-SHA1', session_type: 'no-encryption' }
    const refusing = await start()
    expect(await direct(refusing, asked)).toEqual({
      status: 400,
      fields: {
        ns: namespace,
        error: expect.any(String),
        error_code: 'unsupported-type',
        session_type: 'DH-SHA256',
        assoc_type: 'HMAC-SHA256',
      },
    })
    const provider = await start({ signInAs: 'ada-id', sessionTypes: ['no-encryption'] })
    const { fields } = await direct(provider, asked)
    expect(fields).toMatchObject({ assoc_type: 'HMAC-SHA1', session_type: 'no-encryption', expires_in: '3600' })
    const shared = { handle: fields['assoc_handle'] ?? '', hash: 'SHA1', secret: Buffer.from(fields['mac_key'] ?? '', 'base64') }
    expect(shared.secret).toHaveLength(20)
    const assertion = await signIn(provider, { assoc_handle: shared.handle })
    expect(assertion['sig']).toBe(signatureOf(assertion, shared))
  })

  test.each<[string, Fields]>([
    ['of an unknown type', { assoc_type: 'HMAC-MD5', session_type: 'DH-SHA1' }],
    ['with an unknown session', { assoc_type: 'HMAC-SHA1', session_type: 'DH-MD5' }],
    ['whose hash is shorter than its secret', { assoc_type: 'HMAC-SHA256', session_type: 'DH-SHA1' }],
    ['of no type', {}],
  ])('%s is not supported', async (_what, types) => {
    const answer = await direct(await start(), { mode: 'associate', ...types })
    expect(answer).toMatchObject({ status: 400, fields: { error_code: 'unsupported-type' } })
  })

  test.each<[string, Fields]>([
    ['no public key', {}],
    ['a public key that is no number', { dh_consumer_public: 'a b' }],
    ['a public key of one', { dh_consumer_public: btwoc(1n).toString('base64') }],
    ['a negative modulus', { dh_modulus: Buffer.alloc(128, 0xff).toString('base64'), dh_consumer_public: btwoc(9n).toString('base64') }],
    ['a small modulus', { dh_modulus: btwoc(23n).toString('base64'), dh_consumer_public: btwoc(9n).toString('base64') }],
  ])('is not made with %s', async (_what, values) => {
    const answer = await direct(await start(), { mode: 'associate', assoc_type: 'HMAC-SHA256', session_type: 'DH-SHA256', ...values })
    expect(answer.status).toBe(400)
    expect(answer.fields).toEqual({ ns: namespace, error: expect.stringContaining('Diffie-Hellman') })
  })

  test('that has ended, or is not known, is named as invalid, and a private one signs', async () => {
    let now = Date.now()
    const provider = await start({ signInAs: 'ada-id', associationLifetime: 60, clock: () => now })
    const shared = await associate(provider)
    now += 59_000
    expect(await signIn(provider, { assoc_handle: shared.handle })).toMatchObject({ assoc_handle: shared.handle })
    now += 1000
    for (const handle of [shared.handle, 'unknown']) {
      const fields = await signIn(provider, { assoc_handle: handle })
      expect(fields).toMatchObject({ invalidate_handle: handle, assoc_handle: expect.not.stringContaining(handle) })
      expect(fields['signed']?.split(',')).toContain('invalidate_handle')
      expect(await verify(provider, fields)).toEqual({ ns: namespace, is_valid: 'true', invalidate_handle: handle })
    }
    const living = await associate(provider)
    const forged = { ...(await signIn(provider)), invalidate_handle: living.handle }
    expect(await verify(provider, forged)).toEqual({ ns: namespace, is_valid: 'true' })
    provider.forgetAssociations()
    expect(await signIn(provider, { assoc_handle: living.handle })).toMatchObject({ invalidate_handle: living.handle })
  })
})

describe('direct verification', () => {
  test('confirms an assertion once', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const fields = await signIn(provider)
    expect(await verify(provider, fields)).toEqual({ ns: namespace, is_valid: 'true' })
    expect(await verify(provider, fields)).toEqual({ ns: namespace, is_valid: 'false' })
  })

  test.each(['op_endpoint', 'claimed_id', 'identity', 'return_to', 'response_nonce', 'signed', 'sig'])(
    'denies a changed %s',
    async (name) => {
      const provider = await start({ signInAs: 'ada-id' })
      const fields = await signIn(provider)
      expect(await verify(provider, { ...fields, [name]: `${fields[name] ?? ''}x` })).toMatchObject({ is_valid: 'false' })
      expect(await verify(provider, fields)).toMatchObject({ is_valid: 'false' })
    },
  )

  test('denies what a shared association has signed, which its owner could have', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const shared = await associate(provider)
    const fields = await signIn(provider, { assoc_handle: shared.handle })
    expect(await verify(provider, fields)).toMatchObject({ is_valid: 'false' })
  })

  test('denies what is too old, and what nobody signed', async () => {
    let now = Date.now()
    const provider = await start({ signInAs: 'ada-id', clock: () => now })
    const fields = await signIn(provider)
    now += 5 * 60_000
    expect(await verify(provider, fields)).toMatchObject({ is_valid: 'false' })
    expect(await verify(provider, { assoc_handle: 'a', signed: 'a', sig: 'b' })).toMatchObject({ is_valid: 'false' })
  })

  test('refuses what is no assertion, another version and an unknown mode', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    for (const fields of [
      { mode: 'check_authentication' },
      { mode: 'check_authentication', ns: 'http://openid.net/signon/1.1', assoc_handle: 'a', signed: 'a', sig: 'b' },
      { mode: 'other' },
      {},
    ] as Fields[]) {
      expect(await direct(provider, fields)).toEqual({ status: 400, fields: { ns: namespace, error: expect.any(String) } })
    }
    const byGet = await visit(provider, { ...(await signIn(provider)), mode: 'check_authentication' })
    expect([byGet.status, byGet.headers.get('content-type')]).toEqual([400, expect.stringContaining('text/html')])
  })
})

describe('extensions', () => {
  const sreg = { 'ns.reg': 'http://openid.net/extensions/sreg/1.1', 'reg.required': 'email,nickname', 'reg.optional': 'dob,fullname' }
  const ax = (more: Fields): Fields => ({ 'ns.x': 'http://openid.net/srv/ax/1.0', 'x.mode': 'fetch_request', ...more })
  const pape = { 'ns.p': 'http://specs.openid.net/extensions/pape/1.0' }

  const partOf = (fields: Fields, alias: string): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith(`${alias}.`) || name === `ns.${alias}`))

  test('answer all at once, under the aliases of the request, signed', async () => {
    const provider = await start({ signInAs: 'linus-id', clock: () => 1_767_323_045_678 })
    const fields = await signIn(provider, {
      ...sreg,
      ...ax({ 'x.type.mail': 'http://axschema.org/contact/email', 'x.required': 'mail' }),
      ...pape,
    })
    const names = ['reg', 'x', 'p'].flatMap((alias) => Object.keys(partOf(fields, alias)))
    expect(fields['signed']?.split(',')).toEqual(expect.arrayContaining(names))
    expect(partOf(fields, 'reg')).toEqual({
      'ns.reg': 'http://openid.net/extensions/sreg/1.1',
      'reg.nickname': 'linus',
      'reg.email': 'linus@example.com',
      'reg.fullname': 'Linus Muster',
    })
    expect(partOf(fields, 'p')).toEqual({
      'ns.p': 'http://specs.openid.net/extensions/pape/1.0',
      'p.auth_policies': 'http://schemas.openid.net/pape/policies/2007/06/none',
      'p.auth_time': '2026-01-02T03:04:05Z',
    })
    expect(await verify(provider, fields)).toMatchObject({ is_valid: 'true' })
  })

  test('of Simple Registration 1.0 are answered in its namespace', async () => {
    const provider = await start({ signInAs: 'linus-id' })
    const fields = await signIn(provider, { 'ns.sreg': 'http://openid.net/sreg/1.0', 'sreg.optional': 'country,language,timezone' })
    expect(partOf(fields, 'sreg')).toEqual({ 'ns.sreg': 'http://openid.net/sreg/1.0', 'sreg.country': 'DE', 'sreg.language': 'de' })
  })

  test('of Attribute Exchange give values singly, or numbered where they are counted', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const fields = await signIn(
      provider,
      ax({
        'x.required': 'mail,first',
        'x.if_available': 'few,all,one,birth,mail',
        'x.type.mail': 'http://schema.openid.net/contact/email',
        'x.type.first': 'http://axschema.org/namePerson/first',
        'x.type.few': 'http://schema.example/project',
        'x.count.few': '3',
        'x.type.all': 'http://schema.example/project',
        'x.count.all': 'unlimited',
        'x.type.one': 'http://schema.example/project',
        'x.type.birth': 'http://axschema.org/birthDate',
        'x.type.unasked': 'http://axschema.org/namePerson',
      }),
    )
    expect(partOf(fields, 'x')).toEqual({
      'ns.x': 'http://openid.net/srv/ax/1.0',
      'x.mode': 'fetch_response',
      'x.type.mail': 'http://schema.openid.net/contact/email',
      'x.value.mail': 'ada@example.com',
      'x.type.first': 'http://axschema.org/namePerson/first',
      'x.value.first': 'Ada',
      'x.type.few': 'http://schema.example/project',
      'x.count.few': '3',
      'x.value.few.1': 'analytical-notes',
      'x.value.few.2': 'bernoulli',
      'x.value.few.3': 'loom-cards',
      'x.type.all': 'http://schema.example/project',
      'x.count.all': '4',
      'x.value.all.1': 'analytical-notes',
      'x.value.all.2': 'bernoulli',
      'x.value.all.3': 'loom-cards',
      'x.value.all.4': 'flyology',
      'x.type.one': 'http://schema.example/project',
      'x.value.one': 'analytical-notes',
      'x.type.birth': 'http://axschema.org/birthDate',
      'x.count.birth': '0',
    })
  })

  test('say which policies were satisfied', async () => {
    const policies = ['http://schemas.openid.net/pape/policies/2007/06/multi-factor', 'http://policies.example/own']
    const provider = await start({ signInAs: 'ada-id', policies })
    expect(await signIn(provider, pape)).toMatchObject({ 'p.auth_policies': policies.join(' ') })
  })

  test.each<[string, Fields, string]>([
    ['an attribute without a type', ax({ 'x.required': 'mail' }), 'The attribute mail has no type.'],
    [
      'a count that is none',
      ax({ 'x.required': 'a', 'x.type.a': 'http://a', 'x.count.a': '0' }),
      'The count of the attribute a is not a number.',
    ],
    ['an age that is none', { ...pape, 'p.max_auth_age': '-1' }, 'max_auth_age is not a number of seconds.'],
  ])('with %s are an error', async (_what, fields, error) => {
    const provider = await start()
    expect(cameBack(await visit(provider, request(fields)))).toEqual({ ns: namespace, mode: 'error', error })
  })

  test('that are unknown, or ask for nothing, are passed over', async () => {
    const provider = await start({ signInAs: 'ada-id' })
    const fields = await signIn(provider, {
      'ns.other': 'http://other.example/',
      'other.a': 'b',
      'ns.x': 'http://openid.net/srv/ax/1.0',
      'x.mode': 'store_request',
      'ns.reg': 'http://openid.net/extensions/sreg/1.1',
    })
    expect(Object.keys(fields).filter((name) => name.includes('.'))).toEqual([])
  })
})
