import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startOpenid2Provider, type Openid2Provider, type Openid2ProviderOptions } from '../../testing/index.js'
import { describeWith } from '../support/parts.js'
import { startPython, type PythonProgram } from '../support/pythonProgram.js'

/** The embedded OpenID 2.0 provider, and a relying party written by others. */

const realm = 'http://127.0.0.1:9/'
const returnTo = 'http://127.0.0.1:9/back?keep=a%20b'
const sha256 = [['HMAC-SHA256', 'DH-SHA256']]
const sha1 = [['HMAC-SHA1', 'DH-SHA1']]

interface Begun {
  url: string
  form: Record<string, string>
}

interface Completed {
  status: string
  message?: string
  stateless: boolean
  identity?: string
  sreg?: Record<string, string> | null
  ax?: Record<string, string[]> | null
  pape?: { policies: string[]; time: string } | null
}

describeWith('python3-openid', 'The consumer of python3-openid', () => {
  let consumer: PythonProgram
  const running: Openid2Provider[] = []

  beforeAll(async () => {
    consumer = await startPython(new URL('openid2Consumer.py', import.meta.url), {})
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((provider) => provider.close()))
  })
  afterAll(() => consumer.close())

  async function start(options: Openid2ProviderOptions = {}): Promise<Openid2Provider> {
    const provider = await startOpenid2Provider({ signInAs: 'ada-id', ...options })
    running.push(provider)
    return provider
  }

  /** Signs in; the browser between the two is a fetch. */
  async function signIn(begin: string, wishes: Record<string, unknown> = {}, by: 'GET' | 'POST' = 'GET'): Promise<Completed> {
    const { url, form } = await consumer.ask<Begun>({ begin, realm, returnTo, ...wishes })
    const { origin, pathname } = new URL(url)
    const request = by === 'GET' ? fetch(url, { redirect: 'manual' }) : post(origin + pathname, form)
    return consumer.ask<Completed>(await answerOf(await request))
  }

  const post = (url: string, form: Record<string, string>): Promise<Response> =>
    fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

  async function answerOf(response: Response): Promise<{ complete: string; form?: Record<string, string> }> {
    const location = response.headers.get('location')
    if (location !== null) return { complete: location }
    const html = await response.text()
    const decoded = (text: string): string => text.replace(/&#(\d+);/g, (_whole, code) => String.fromCharCode(Number(code)))
    const inputs = [...html.matchAll(/name="(openid\.[^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decoded(value)])
    return { complete: decoded(/action="([^"]+)"/.exec(html)?.[1] ?? ''), form: Object.fromEntries(inputs) as Record<string, string> }
  }

  describe.each([
    ['without an association', []],
    ['by HMAC-SHA1', sha1],
    ['by HMAC-SHA256', sha256],
  ])('signs in %s', (_how, types) => {
    const stateless = types.length === 0

    test.each([
      ['at the provider', 'GET', (provider: Openid2Provider) => provider.identifier],
      ['at the provider', 'POST', (provider: Openid2Provider) => provider.identifier],
      ['as one person', 'GET', (provider: Openid2Provider) => provider.identifierOf('ada-id')],
    ] as const)('%s, %s', async (_where, method, identifier) => {
      const provider = await start()
      const wishes = { types, sreg: ['email', 'nickname', 'fullname', 'language', 'country', 'dob'] }
      const result = await signIn(identifier(provider), wishes, method)
      expect(result).toMatchObject({ status: 'success', identity: provider.identifierOf('ada-id'), stateless })
      expect(result.sreg).toEqual({
        email: 'ada@example.com',
        nickname: 'ada',
        fullname: 'Ada Example',
        language: 'en',
        country: 'GB',
      })
    })

    test('with attributes, as many as it takes', async () => {
      const provider = await start()
      const result = await signIn(provider.identifier, {
        types,
        ax: {
          'http://axschema.org/contact/email': 1,
          'http://schema.openid.net/namePerson/friendly': 1,
          'http://schema.example/project': 2,
          'http://axschema.org/birthDate': 1,
          'http://axschema.org/media/image/default': 'unlimited',
        },
      })
      expect(result.ax).toEqual({
        'http://axschema.org/contact/email': ['ada@example.com'],
        'http://schema.openid.net/namePerson/friendly': ['ada'],
        'http://schema.example/project': ['analytical-notes', 'bernoulli'],
        'http://axschema.org/birthDate': [],
        'http://axschema.org/media/image/default': [`${provider.origin}/avatars/ada-id.svg`],
      })
    })

    test('with an answer that is too long for an address', async () => {
      const provider = await start()
      const long = 'x'.repeat(3000)
      provider.tampering = {
        beforeSigning: (fields) => ({ ...fields, 'sreg.fullname': long }),
      }
      const result = await signIn(provider.identifier, { types, sreg: ['fullname'] })
      expect(result).toMatchObject({ status: 'success', stateless, sreg: { fullname: long } })
    })

    test('but not with an assertion that was changed on the way', async () => {
      const provider = await start()
      provider.tampering = { afterSigning: (fields) => ({ ...fields, 'sreg.email': 'grace@example.org' }) }
      expect(await signIn(provider.identifier, { types, sreg: ['email'] })).toMatchObject({ status: 'failure', stateless })
    })
  })

  test('signs in by HTML-based discovery', async () => {
    const provider = await start()
    const page = await (await fetch(provider.identifierOf('ada-id'))).text()
    const body = page.replace(/<meta http-equiv="X-XRDS-Location"[^>]*>/, '')
    provider.tampering = {
      answer: (answer, { path }) =>
        path.startsWith('/people/') ? { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body } : answer,
    }
    const result = await signIn(provider.identifierOf('ada-id'), { types: sha256 })
    expect(result).toMatchObject({ status: 'success', identity: provider.identifierOf('ada-id') })
  })

  test('is told of an association that is gone', async () => {
    const provider = await start()
    const { url } = await consumer.ask<Begun>({ begin: provider.identifier, realm, returnTo, types: sha256 })
    provider.forgetAssociations()
    const result = await consumer.ask(await answerOf(await fetch(url, { redirect: 'manual' })))
    expect(result).toMatchObject({ status: 'success', stateless: true })
    const handles = provider.requests.filter(({ mode }) => mode === 'associate').length
    expect(await signIn(provider.identifier, { types: sha256 })).toMatchObject({ status: 'success', stateless: false })
    expect(provider.requests.filter(({ mode }) => mode === 'associate')).toHaveLength(handles + 1)
  })

  test('is told when and how somebody signed in', async () => {
    const policy = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
    const now = Date.now()
    const provider = await start({ policies: [policy], clock: () => now })
    const result = await signIn(provider.identifier, { types: sha256, pape: 60 })
    expect(result.pape).toEqual({ policies: [policy], time: `${new Date(now).toISOString().slice(0, 19)}Z` })
  })

  test('learns which association it can have', async () => {
    const provider = await start({ sessionTypes: ['DH-SHA1'] })
    expect(await signIn(provider.identifier, { types: [...sha256, ...sha1] })).toMatchObject({ status: 'success', stateless: false })
    expect(provider.requests.filter(({ mode }) => mode === 'associate').map(({ status }) => status)).toEqual([400, 200])
    const open = await start({ sessionTypes: ['no-encryption'] })
    expect(await signIn(open.identifier, { types: [['HMAC-SHA1', 'no-encryption']] })).toMatchObject({
      status: 'success',
      stateless: false,
    })
    const without = await start({ sessionTypes: [] })
    expect(await signIn(without.identifier, { types: sha256 })).toMatchObject({ status: 'success', stateless: true })
  })

  test('is told that somebody would have to be asked', async () => {
    const provider = await startOpenid2Provider()
    running.push(provider)
    expect(await signIn(provider.identifier, { immediate: true })).toMatchObject({ status: 'setup_needed' })
  })

  test('is told that the person did not want to', async () => {
    const provider = await startOpenid2Provider()
    running.push(provider)
    const { url } = await consumer.ask<Begun>({ begin: provider.identifier, realm, returnTo })
    const ticket = /name="ticket" value="([\w-]+)"/.exec(await (await fetch(url)).text())?.[1] ?? ''
    const answer = await post(`${provider.origin}/sign-in`, { ticket, deny: '1' })
    expect(await consumer.ask(await answerOf(answer))).toMatchObject({ status: 'cancel' })
  })

  test('is told what is wrong with its request', async () => {
    const provider = await start()
    const { url } = await consumer.ask<Begun>({ begin: provider.identifier, realm, returnTo })
    const broken = url.replace(/openid\.identity=[^&]*&?/, '')
    const result = await consumer.ask<Completed>(await answerOf(await fetch(broken, { redirect: 'manual' })))
    expect(result).toMatchObject({ status: 'failure', message: 'There must be both claimed_id and identity, or neither.' })
  })

  test('hears nothing about a person where it asks about nobody', async () => {
    const provider = await start()
    const result = await signIn(provider.identifier, { anonymous: true, sreg: ['country'] })
    expect(result).toMatchObject({ status: 'success', identity: null, sreg: { country: 'GB' } })
  })
})
