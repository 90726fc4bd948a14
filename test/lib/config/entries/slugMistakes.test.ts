import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { client, custom, resolve } from '../fixtures.js'

const providers =
  (value: unknown, env: Record<string, string> = {}) =>
  () =>
    resolve({ providers: value }, { env })

const slugShape = 'cannot be a slug: write lower-case letters, digits, - and _, the first one a letter or a digit.'

const ofSlugs: Mistake[] = [
  ['no providers', () => resolve({}), 'providers is missing: give at least one entry of the catalogue, or a provider of your own.'],
  ['an empty table', providers({}), 'providers is empty: give at least one entry of the catalogue, or a provider of your own.'],
  ['an empty list', providers([]), 'providers is empty: give at least one entry of the catalogue, or a provider of your own.'],
  [
    'nothing but defaults',
    providers({ defaults: { pkce: true } }),
    'providers is empty: give at least one entry of the catalogue, or a provider of your own.',
  ],
  ['a text for providers', providers('acme'), 'providers must be an object of entries by slug, a list of catalogue names, or a function.'],
  [
    'an entry set to true',
    providers({ acme: true }),
    'providers.acme must be an object of options: write {} for a catalogue entry as it is.',
  ],
  ['the slug __proto__', providers(JSON.parse('{ "__proto__": {} }')), `providers.__proto__ ${slugShape}`],
  [
    'a table whose prototype was set',
    providers({ __proto__: { acme: client } }),
    'providers must be a plain object of entries by slug: no class instance, and no key __proto__.',
  ],
  ['an upper-case slug', providers({ Acme: client }), `providers.Acme ${slugShape}`],
  ['a slug with a slash', providers({ 'a/b': client }), `providers.a/b ${slugShape}`],
  ['a slug with a line break', providers({ 'a\nb': client }), `providers.a?b ${slugShape}`],
  ['an empty slug', providers({ '': client }), `providers. ${slugShape}`],
  [
    'a slug that is too long',
    providers({ ['a'.repeat(65)]: client }),
    `providers.${'a'.repeat(65)} cannot be a slug: it is longer than 64 characters.`,
  ],
  ...['logout', 'session', 'callback', 'link', 'unlink', 'api', 'backchannel-logout', 'frontchannel-logout', 'constructor'].map(
    (slug): Mistake => [
      `the slug ${slug}`,
      providers({ [slug]: client }),
      `providers.${slug} cannot be a slug: authrouter uses the name itself; choose another.`,
    ],
  ),
  ['the slug client.js', providers({ 'client.js': client }), `providers.client.js ${slugShape}`],
  [
    'the slug defaults in a list',
    providers(['defaults']),
    'providers.defaults cannot be a slug: authrouter uses the name itself; choose another.',
  ],
  [
    'two of one slug',
    providers(['acme', 'acme']),
    "providers.acme is listed twice: give the second one a slug of its own, as in { other: { provider: 'acme' } }.",
  ],
  [
    'a number in a list',
    providers(['acme', 7], { ACME_CLIENT_ID: 'id', ACME_CLIENT_SECRET: 'hush' }),
    'providers[1] must be the name of a catalogue entry.',
  ],
  [
    'two slugs with the same environment variables',
    providers({ 'my-id': custom.oidc, my_id: custom.oidc }),
    'providers.my_id and providers.my-id both read the environment variables MY_ID_*: rename one.',
  ],
  [
    'a misspelt catalogue name',
    providers({ amce: client }),
    "providers.amce is not in the catalogue under the name 'amce'; did you mean 'acme'?",
  ],
  [
    'a misspelt catalogue name of an entry',
    providers({ work: { provider: 'clud', ...client } }),
    "providers.work.provider is not in the catalogue under the name 'clud'; did you mean 'cloud'?",
  ],
  [
    'a name that nobody knows',
    providers(['whatever']),
    "providers.whatever is not in the catalogue under the name 'whatever': for a provider of your own, give its "
      + 'protocol and endpoints.',
  ],
  [
    'a name that every object has',
    providers({ work: { provider: 'constructor', ...client } }),
    "providers.work.provider is not in the catalogue under the name 'constructor': for a provider of your own, give "
      + 'its protocol and endpoints.',
  ],
  [
    'a retired catalogue name',
    providers({ oldcloud: client }),
    'providers.oldcloud cannot be used: Old Cloud closed in 2020. Use cloud instead.',
  ],
  [
    'a retired catalogue name of an entry',
    providers({ work: { provider: 'oldcloud' } }),
    'providers.work.provider cannot be used: Old Cloud closed in 2020. Use cloud instead.',
  ],
  [
    'a misspelt default',
    providers({ defaults: { pcke: true }, acme: client }),
    "providers.defaults.pcke is not an option; did you mean 'pkce'?",
  ],
  ['a default of the wrong kind', providers({ defaults: { pkce: 'yes' }, acme: client }), 'providers.defaults.pkce must be true or false.'],
  [
    'defaults that are a list',
    providers({ defaults: [], acme: client }),
    'providers.defaults must be a plain object of options, which every entry starts from.',
  ],
]

describeMistakes('slugs and names', ofSlugs)
