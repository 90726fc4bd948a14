import { describe, expect, test } from '@jest/globals'
import { bindingOf } from '../../../../lib/tokens/binding.js'
import type { Registration } from '../../../../lib/types.js'
import { catalogue, retired } from '../../../../providers/index.js'
import { resolveConfig } from '../../../../lib/config/resolveConfig.js'
import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { resolve } from '../fixtures.js'

const iap = {
  protocol: 'header-jwt',
  header: 'X-Proxy-Jwt',
  issuer: 'https://proxy.example/iap',
  audience: '/projects/1',
  jwksUri: 'https://proxy.example/keys',
}
const arn = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/5'
const { audience: _audience, jwksUri: _jwksUri, ...bare } = iap
const balancer = { ...bare, signer: arn, keyEndpoint: 'https://keys.example/{kid}' }
const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

const entry =
  (options: object, env: Record<string, string> = {}) =>
  (): Registration => {
    const registration = resolve({ providers: { own: options } }, { env }).registrations.get('own')
    if (!registration) throw new Error('own is not registered')
    return registration
  }
const changed = (options: object): (() => Registration) => entry({ ...iap, ...options })

describe('An entry whose users a proxy signs in', () => {
  test('needs header, issuer, audience and keys, and has no client', () => {
    const { provider, client } = entry(iap)()
    expect(provider).toMatchObject({ header: 'x-proxy-jwt', issuer: iap.issuer, audience: ['/projects/1'], jwksUri: iap.jwksUri })
    expect(client).toEqual({ clientId: '' })
    expect(entry({ ...bare, audience: ['a', 'b'], jwks: { keys: [key] } })().provider).toMatchObject({ audience: ['a', 'b'] })
  })

  test('may come from the environment', () => {
    expect(entry({ ...bare, jwksUri: iap.jwksUri }, { OWN_AUDIENCE: '/projects/2' })().provider.audience).toEqual(['/projects/2'])
  })

  test('may name the load balancer that signs in place of an audience, and its client', () => {
    expect(entry({ ...balancer, clientId: 'shop' })()).toMatchObject({ provider: { signer: arn }, client: { clientId: 'shop' } })
  })

  test('may have an issuer that is no address, and sign out at a path of its own host', () => {
    expect(changed({ issuer: 'app.example.com', endSessionEndpoint: '/.proxy/sign_out' })().provider).toMatchObject({
      issuer: 'app.example.com',
      endSessionEndpoint: '/.proxy/sign_out',
    })
    expect(changed({ endSessionEndpoint: 'https://proxy.example/out' })().provider.endSessionEndpoint).toBe('https://proxy.example/out')
  })

  test('is another one for another audience, and for another load balancer', () => {
    const bindings = [iap, { ...iap, audience: '/projects/2' }, balancer, { ...balancer, signer: `${arn}0` }].map((options) =>
      bindingOf(entry(options)()),
    )
    expect(new Set(bindings).size).toBe(4)
  })

  test('of the catalogue takes its parameters', () => {
    const { registrations } = resolveConfig(
      {
        secret: 'a secret of the tests, long enough to seal',
        providers: {
          'google-iap': { audience: '/projects/1/apps/shop' },
          'aws-alb': { region: 'eu-west-1', loadBalancer: arn, issuer: 'https://id.example' },
          'cloudflare-access': { team: 'acme', audience: 'tag' },
          pomerium: { host: 'app.example.com' },
          'azure-app-service': { tenant: '9188040d', audience: 'id' },
        },
      },
      { catalogue, retired, env: {}, warn: () => undefined },
    )
    expect(registrations.get('aws-alb')?.provider).toMatchObject({
      signer: arn,
      keyEndpoint: 'https://public-keys.auth.elb.eu-west-1.amazonaws.com/{kid}',
    })
    expect(registrations.get('pomerium')?.provider).toMatchObject({ issuer: 'app.example.com', audience: ['app.example.com'] })
    expect(registrations.get('cloudflare-access')?.provider.issuer).toBe('https://acme.cloudflareaccess.com')
  })
})

const missing = (option: string): string =>
  `providers.own.${option} is missing: set it, or the environment variable OWN_${option.toUpperCase()}; the protocol header-jwt needs it.`

const mistakes: Mistake[] = [
  ['no header', changed({ header: undefined }), missing('header')],
  ['no issuer', changed({ issuer: undefined }), missing('issuer')],
  ['no audience', changed({ audience: undefined }), missing('audience')],
  [
    'no keys',
    changed({ jwksUri: undefined }),
    "providers.own.jwksUri is missing: set it to the address of the proxy's public keys, or give the keys themselves as jwks, or keyEndpoint.",
  ],
  [
    'two places of keys',
    changed({ keyEndpoint: 'https://keys.example/{kid}' }),
    'providers.own.keyEndpoint and jwksUri are two places for the same keys: leave one of them out.',
  ],
  [
    'keys of two places',
    changed({ jwks: { keys: [key] } }),
    'providers.own.jwksUri and jwks are two places for the same keys: leave one of them out.',
  ],
  [
    'an audience that is nobody',
    changed({ audience: [] }),
    'providers.own.audience is an empty list, which no JWT is for: name for whom it must be.',
  ],
  [
    'a shared secret',
    changed({ idTokenAlgs: ['ES256', 'HS256'] }),
    "providers.own.idTokenAlgs may list algorithms with public keys only, such as 'ES256': a proxy and this application share no secret.",
  ],
  [
    'a client that nothing is compared with',
    changed({ clientId: 'shop' }),
    'providers.own.clientId is compared with what a load balancer says as client, which takes signer: leave it out.',
  ],
  ...['https://keys.example/', 'https://{kid}.keys.example/', 'https://keys.example/{kid}/{kid}', 'https://{kid}.example/{kid}'].map(
    (keyEndpoint): Mistake => [
      `keys at ${keyEndpoint}`,
      entry({ ...balancer, keyEndpoint }),
      "providers.own.keyEndpoint must have {kid} once, below the host, where a key's name stands: 'https://keys.example.com/{kid}'.",
    ],
  ),
  [
    'keys over plain http',
    changed({ jwksUri: 'http://proxy.example/keys' }),
    'providers.own.jwksUri must use https: plain http is for this machine itself only, such as http://localhost:3000.',
  ],
  [
    'a key over plain http',
    entry({ ...balancer, keyEndpoint: 'http://keys.example/{kid}' }),
    'providers.own.keyEndpoint must use https: plain http is for this machine itself only, such as http://localhost:3000.',
  ],
  [
    'an issuer with spaces',
    changed({ issuer: 'app example' }),
    'providers.own.issuer must be the issuer exactly as the JWT has it in iss, without spaces.',
  ],
  [
    'a sign-out at a path that leads elsewhere',
    changed({ endSessionEndpoint: '//evil.example' }),
    "providers.own.endSessionEndpoint must be a plain path on the application's own host, or an absolute URL.",
  ],
  ['a header that cannot be', changed({ header: 'x proxy' }), 'providers.own.header must be the name of a header.'],
  ['scopes', changed({ scope: ['email'] }), "providers.own.scope is not for the protocol 'header-jwt': leave it out."],
  ['a callback', changed({ callbackPath: '/back' }), "providers.own.callbackPath is not for the protocol 'header-jwt': leave it out."],
  [
    'an audience of another protocol',
    entry({ protocol: 'openid2', identifier: 'https://id.example/', audience: 'x' }),
    "providers.own.audience is for the protocol 'header-jwt', not for 'openid2': leave it out.",
  ],
  [
    'a lookup',
    () => resolve({ providers: () => undefined }).register('own', iap as never),
    "providers.own has protocol 'header-jwt', and is looked up by slug, which a request with the header does not name: give providers as an object.",
  ],
]

describeMistakes('an entry whose users a proxy signs in', mistakes)
