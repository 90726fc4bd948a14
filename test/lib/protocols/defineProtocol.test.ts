import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import { targetOf } from '../../../lib/login.js'
import { loadProtocol } from '../../../lib/protocols/index.js'
import { bindingOf, isBoundTo } from '../../../lib/tokens/binding.js'
import type { OwnProtocol, ProtocolDefinition, Registration } from '../../../lib/types.js'
import { defineProtocol as ofMain, type ProviderEntry } from '../../../middleware/index.js'
import { catalogue, defineProtocol, defineProvider } from '../../../providers/index.js'
import { contextFor } from '../../support/context.js'
import { echoProtocol } from '../../support/ownProtocols.js'

type Given = Record<string, unknown>

const least = {
  name: 'least',
  client: 'none',
  authorize: () => ({ location: 'https://id.example/' }),
  exchange: () => ({ response: {} }),
} as const
const define = (given: unknown): OwnProtocol => defineProtocol(given as ProtocolDefinition)

function register(entry: unknown, options: Given = {}): Registration {
  const settings = resolveConfig(
    { providers: { school: entry as ProviderEntry }, ...options },
    { catalogue, env: {}, warn: () => undefined },
  )
  const registration = settings.registrations.get('school')
  if (!registration) throw new Error('not registered')
  return registration
}

describe('defineProtocol', () => {
  test('is of both entry points, and gives what nobody can change', () => {
    expect(ofMain).toBe(defineProtocol)
    const definition = { ...least, requires: ['authorizationEndpoint' as const] }
    const protocol = define(definition)
    definition.requires.pop()
    expect(protocol).toMatchObject({ name: 'least', client: 'none', tokens: false, requires: ['authorizationEndpoint'], profile: {} })
    expect(Object.isFrozen(protocol)).toBe(true)
  })

  test.each<[Given, string]>([
    [{ name: undefined }, "needs a name: a lower-case letter, then letters, digits and -, at most 32, such as 'cas'."],
    [{ name: 'CAS' }, 'needs a name'],
    [{ name: '3cas' }, 'needs a name'],
    [{ name: `a${'b'.repeat(32)}` }, 'needs a name'],
    [{ name: 'oidc' }, "cannot be called 'oidc', which is a protocol of authrouter's: choose another name."],
    [{ name: 'header-jwt' }, "cannot be called 'header-jwt'"],
    [{ client: undefined }, "needs client of 'least': 'required' where the application has an id and a secret, 'optional', or 'none'."],
    [{ client: 'secret' }, "needs client of 'least'"],
    [{ authorise: () => undefined }, "has no 'authorise', which 'least' names: there are name, client,"],
    [{ authorize: undefined }, "needs authorize of 'least' to be a function."],
    [{ exchange: 'https://id.example/' }, "needs exchange of 'least' to be a function."],
    [{ state: 'RelayState' }, "needs state of 'least' to be a function."],
    [{ requires: 'authorizationEndpoint' }, "takes requires of 'least' as a list of options, such as ['authorizationEndpoint']."],
    [
      { requires: ['authorisationEndpoint'] },
      'knows no option "authorisationEndpoint", which requires of \'least\' names: there are issuer,',
    ],
    [{ options: ['dpop'] }, 'knows no option "dpop", which options of \'least\' names'],
    [{ options: [7] }, 'knows no option 7'],
    [{ tokens: 'yes' }, "takes tokens of 'least' as true or false."],
    [{ sign: () => undefined }, "has no use for sign of 'least' without tokens: set tokens: true, or leave it out."],
    [{ covers: () => true, tokens: false }, "has no use for covers of 'least' without tokens"],
    [{ profile: { id: 7 } }, "takes profile of 'least' as paths or functions by field, such as { id: 'user' }."],
    [{ profile: 'user' }, "takes profile of 'least'"],
    [{ callbackMethods: 'POST' }, "takes callbackMethods of 'least' as a list of 'GET', 'POST' or both."],
    [{ callbackMethods: [] }, "takes callbackMethods of 'least'"],
    [{ callbackMethods: ['PUT'] }, "takes callbackMethods of 'least'"],
  ])('refuses %j', (parts, message) => {
    expect(() => define({ ...least, ...parts })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(`defineProtocol ${message}`) }),
    )
  })

  test.each([undefined, null, 'cas', [], () => least, new Map()])('takes no %p', (given) => {
    expect(() => define(given)).toThrow('defineProtocol takes a plain object: { name, client, authorize, exchange, ... }.')
  })
})

describe('An entry of an own protocol', () => {
  const id = { profile: { id: 'id' } }
  const plain = define({ ...least, ...id, requires: ['authorizationEndpoint'], options: ['scope'] })
  const withTokens = define({ ...least, ...id, name: 'keys', client: 'optional', tokens: true })
  const ownParts = define({
    ...least,
    ...id,
    name: 'own-parts',
    client: 'required',
    tokens: true,
    sign: () => undefined,
    userinfo: () => ({}),
  })
  const authorizationEndpoint = 'https://id.example/login'

  test('has the name of its protocol, and the profile of it under its own', () => {
    const { provider, client } = register({ protocol: plain, authorizationEndpoint, scope: ['a'], profile: { name: 'full_name' } })
    expect(provider).toMatchObject({ protocol: 'least', authorizationEndpoint, scope: ['a'], profile: { id: 'id', name: 'full_name' } })
    expect(provider.ownProtocol).toBe(plain)
    expect(client).toEqual({ clientId: '' })
    expect(JSON.stringify(provider)).not.toContain('authorize:')
  })

  test('may be a whole provider, and one of the catalogue', () => {
    expect(register(defineProvider({ protocol: plain, title: 'School', authorizationEndpoint })).provider).toMatchObject({
      title: 'School',
      protocol: 'least',
    })
    expect(register({ provider: 'cas', server: 'cas.school.example' }).provider).toMatchObject({ protocol: 'cas', title: 'CAS' })
  })

  test('takes from what is said for all entries only what its protocol reads', () => {
    const defaults = { scope: ['a'], clientAuth: 'tls', dpop: true, clientId: 'all', offline: true }
    const settings = resolveConfig(
      { providers: { defaults, school: { protocol: plain, authorizationEndpoint } } as never },
      {
        catalogue,
        env: { SCHOOL_CLIENT_SECRET: 'secret', SCHOOL_AUTHORIZATION_ENDPOINT: 'https://other.example/' },
        warn: () => undefined,
      },
    )
    const { provider, client } = settings.registrations.get('school') ?? {}
    expect(provider).toMatchObject({ scope: ['a'], authorizationEndpoint })
    expect(provider).not.toHaveProperty('dpop')
    expect(provider).not.toHaveProperty('clientAuth')
    expect(client).toEqual({ clientId: '' })
  })

  test.each<[string, unknown, string]>([
    ['a name of none', { protocol: 'cas' }, "providers.school.protocol must be 'oauth1', 'oauth2', 'oidc', 'openid2' or 'header-jwt'"],
    [
      'a protocol that nobody has made',
      { protocol: { ...least } },
      ', or a protocol that defineProtocol made: protocol: defineProtocol({ name, ... }).',
    ],
    ['a copy of a protocol', { protocol: { ...plain } }, ', or a protocol that defineProtocol made'],
    ['a likeness of a protocol', { protocol: Object.create(plain) as unknown }, ', or a protocol that defineProtocol made'],
    ['no protocol', { protocol: 7 }, ', or a protocol that defineProtocol made'],
    [
      'nothing that is required',
      { protocol: plain },
      'providers.school.authorizationEndpoint is missing: set it, or the environment variable SCHOOL_AUTHORIZATION_ENDPOINT; the protocol least needs it.',
    ],
    [
      'an address that is none',
      { protocol: plain, authorizationEndpoint: '/login' },
      'providers.school.authorizationEndpoint must be an absolute URL',
    ],
    [
      'plain http',
      { protocol: plain, authorizationEndpoint: 'http://id.example/' },
      'providers.school.authorizationEndpoint must use https',
    ],
    [
      'an option that it does not read',
      { protocol: plain, authorizationEndpoint, tokenEndpoint: 'https://id.example/t' },
      "providers.school.tokenEndpoint is not read by the protocol 'least': leave it out, or name it in options where the protocol is defined.",
    ],
    [
      'a client where there is none',
      { protocol: plain, authorizationEndpoint, clientSecret: 'x' },
      "providers.school.clientSecret is not read by the protocol 'least'",
    ],
    [
      'an API without tokens',
      { protocol: plain, authorizationEndpoint, apiBaseUrl: 'https://id.example/' },
      "providers.school.apiBaseUrl is not read by the protocol 'least'",
    ],
    [
      'a placement that it does not make',
      { protocol: ownParts, clientId: 'a', clientSecret: 'b', tokenPlacement: 'query' },
      "providers.school.tokenPlacement is not read by the protocol 'own-parts'",
    ],
    [
      'a profile request that it does not make',
      { protocol: ownParts, clientId: 'a', clientSecret: 'b', userinfoEndpoint: 'https://id.example/' },
      "providers.school.userinfoEndpoint is not read by the protocol 'own-parts'",
    ],
    ['no id where there is a client', { protocol: ownParts }, 'providers.school.clientId is missing'],
    [
      'a hook that is not called',
      { protocol: plain, authorizationEndpoint, hooks: { tokenRequest: (form: Given) => form } },
      "providers.school.hooks.tokenRequest is not called for the protocol 'least': leave it out.",
    ],
    [
      'a hook of an API that is not there',
      { protocol: plain, authorizationEndpoint, hooks: { apiRequest: (request: Given) => request } },
      "providers.school.hooks.apiRequest is not called for the protocol 'least'",
    ],
    ['no place of the id', { protocol: define({ ...least, name: 'nobody' }) }, 'providers.school.profile.id is missing'],
    ['a catalogue entry too', { provider: 'cas', protocol: plain }, 'providers.school.provider names a catalogue entry'],
  ])('is refused with %s', (_name, entry, message) => {
    expect(() => register(entry)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(message) }))
  })

  test.each<Given>([
    {
      clientId: 'a',
      tokenPlacement: 'query',
      userinfoEndpoint: 'https://id.example/me',
      apiBaseUrl: 'https://id.example/',
      apiHosts: ['b.example'],
    },
    { hooks: { apiRequest: (request: Given) => request, userinfo: (raw: Given) => raw } },
    { extraRequests: { more: 'https://id.example/more' }, apiHeaders: { 'x-a': 'b' }, pagination: { next: 'next' } },
  ])('of tokens may say %j', (options) => {
    expect(register({ protocol: withTokens, ...options }).provider.protocol).toBe('keys')
  })

  test('names its provider where a slug means several', () => {
    const nameless = define({ ...least, ...id, name: 'nameless' })
    expect(register({ protocol: nameless }).provider.protocol).toBe('nameless')
    const settings = (protocol: OwnProtocol, more = {}) => {
      const { register: lookedUp } = resolveConfig({ providers: () => undefined }, { catalogue, env: {}, warn: () => undefined })
      return () => lookedUp('school', { protocol, ...more })
    }
    expect(settings(nameless)).toThrow("providers.school.protocol 'nameless' does not tell the users of one provider from those of another")
    expect(settings(plain, { authorizationEndpoint })()).toMatchObject({ fromLookup: true, reach: 'public' })
    const parameters = { room: { description: 'room', kind: 'segment' } }
    expect(() => register({ protocol: nameless, parameters, ask: ['room'] })).toThrow("providers.school.protocol 'nameless' does not tell")
  })
})

describe('What belongs to an entry of an own protocol', () => {
  const address = { authorizationEndpoint: 'https://id.example/login', tokenEndpoint: 'https://id.example/token' }
  const named = (name: string): OwnProtocol =>
    define({ ...least, name, client: 'optional', requires: ['authorizationEndpoint', 'tokenEndpoint'], profile: { id: 'id' } })
  const own = (name: string, more: Given = {}): Registration => register({ protocol: named(name), ...address, clientId: 'a', ...more })
  const oauth2 = register({ protocol: 'oauth2', ...address, clientId: 'a', clientSecret: 'b', profile: { id: 'id' } })

  test('belongs to the same protocol at the same provider, and to no other', () => {
    expect(bindingOf(own('one'))).toBe(bindingOf(own('one')))
    for (const other of [own('two'), oauth2, own('one', { clientId: 'b' }), own('one', { tokenEndpoint: 'https://other.example/' })]) {
      expect(isBoundTo(bindingOf(own('one')), other)).toBe(false)
      expect(isBoundTo(bindingOf(other), own('one'))).toBe(false)
    }
    const former = { formerly: ['https://id.example'] }
    expect(isBoundTo(bindingOf(oauth2), own('one', former))).toBe(false)
    expect(
      isBoundTo(
        bindingOf(own('one')),
        own('one', { ...former, authorizationEndpoint: 'https://new.example/', tokenEndpoint: 'https://new.example/' }),
      ),
    ).toBe(true)
  })

  test('belongs to a protocol without addresses as well', () => {
    const bare = (name: string): Registration => register({ protocol: define({ ...least, name, profile: { id: 'id' } }) })
    expect(isBoundTo(bindingOf(bare('bare')), bare('bare'))).toBe(true)
    expect(isBoundTo(bindingOf(bare('bare')), bare('bald'))).toBe(false)
  })

  test('is told apart while a login is under way', () => {
    const targets = [own('one'), own('two'), oauth2].map((registration) => targetOf(contextFor(registration)))
    expect(new Set(targets).size).toBe(3)
  })

  test('is loaded once for each protocol', async () => {
    const [one, same] = [named('one'), named('one')]
    const load = (ownProtocol: OwnProtocol) => loadProtocol({ protocol: 'one', ownProtocol })
    expect(await load(one)).toBe(await load(one))
    expect(await load(one)).not.toBe(await load(same))
    await expect(load({ ...one })).rejects.toThrow('defineProtocol')
  })
})

test('the compiler knows what a protocol requires, and refuses what it cannot be', () => {
  defineProtocol({
    name: 'typed',
    client: 'none',
    requires: ['authorizationEndpoint'],
    authorize({ provider }, { state, loginHint }) {
      const there: string = provider.authorizationEndpoint
      // @ts-expect-error: this one is not required.
      const perhaps: string = provider.tokenEndpoint
      // @ts-expect-error: it may be absent.
      const hint: string = loginHint
      return { location: [there, perhaps, hint, state].join('') }
    },
    exchange: (_context, grant) => ({ response: grant.type === 'refresh_token' ? {} : { ...grant.parameters } }),
  })
  // @ts-expect-error: no option of entries.
  expect(() => defineProtocol({ ...least, options: ['authorisationEndpoint'] })).toThrow('knows no option')
  // @ts-expect-error: exchange is missing.
  expect(() => defineProtocol({ name: 'half', client: 'none', authorize: least.authorize })).toThrow('needs exchange')
  // @ts-expect-error: what defineProtocol has not made.
  expect(() => register({ protocol: { name: 'typed' } } satisfies ProviderEntry)).toThrow('defineProtocol')
  const entry: ProviderEntry = { protocol: echoProtocol() }
  expect(register(entry).provider.protocol).toBe('echo')
})
