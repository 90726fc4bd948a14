import { expect, test } from '@jest/globals'
import { describeMistakes, type Mistake } from './describeMistakes.js'
import { client, custom, refusal, resolve, resolveInProduction, secret } from './fixtures.js'

const top = (options: object) => () => resolve({ providers: { acme: client }, ...options })
const providers =
  (value: unknown, env: Record<string, string> = {}) =>
  () =>
    resolve({ providers: value }, { env })
const acme = (options: object) => providers({ acme: { ...client, ...options } })
const oauth2 = (options: object) => providers({ own: { ...custom.oauth2, ...options } })
const production =
  (options: object, env: Record<string, string> = {}) =>
  () =>
    resolveInProduction({ providers: { acme: client }, ...options }, env)

const randomCharacters = 'write at least 32 random characters, such as those that `openssl rand -base64 32` prints.'
const httpsOnly = 'must use https: plain http is for this machine itself only, such as http://localhost:3000.'
const absoluteUrl = "must be an absolute URL, such as 'https://id.example.com'."
const unavailable = 'is not available in this version of authrouter: leave it out, nothing would come of it.'
const session =
  "must be { store } with a store of express-session, 'request', or a function (req, res) => session; "
  + 'leave it out for an encrypted cookie.'
const store = 'must be a store of express-session, with the functions get, set and destroy: ' + 'new RedisStore({ client }) and the like.'
const ownPath = "must be a path of the application, such as '/' or '/home': no other host, and nothing below /auth."
const seconds = 'must be a whole number of seconds above 0, { ifAsked: seconds }, or false.'
const mountPath = "must begin with / and not end with it, without query: letters, digits, - . _ ~ and /, like '/auth'."
const baseUrlMissing =
  'baseUrl is missing: set it, or the environment variable AUTH_BASE_URL, to where the application is '
  + "reached from outside, such as 'https://app.example.com'."
const secretMissing =
  'secret is missing: set it, or the environment variable AUTH_SECRET, to at least 32 random characters, '
  + 'such as those that `openssl rand -base64 32` prints.'

const ofTheWhole: Mistake[] = [
  ['no configuration', () => resolve(undefined), 'config must be a plain object such as { providers: { ... } }.'],
  ['a list for a configuration', () => resolve([]), 'config must be a plain object such as { providers: { ... } }.'],
  [
    'options that are inherited',
    () => resolve(Object.create({ providers: { acme: client } })),
    'config must be a plain object such as { providers: { ... } }.',
  ],
  ['a misspelt option', top({ baseURL: 'https://app.example' }), "baseURL is not an option; did you mean 'baseUrl'?"],
  ['swapped letters', top({ sesssoin: {} }), "sesssoin is not an option; did you mean 'session'?"],
  [
    'an option that resembles none',
    top({ zzz: 1 }),
    'zzz is not an option: the options here are providers, baseUrl, path, '
      + 'secret, appId, session, transactions, tokenStore, userStore, linkByVerifiedEmail, profileMaxAge, fetchToken, keepTokens, revokeOnLogout, afterLogin, afterLogout, returnToOrigins, ifLoggedIn, remember, expiry, crossSiteStart, '
      + 'keep, hooks, errors, http, logger.',
  ],
  [
    'a userStore that is none',
    top({ userStore: { findByKey: () => undefined } }),
    'userStore must be a user store with the functions findByKey, findById, create, update, remove, link, unlink and listKeys: sqliteUserStore(file) and the like of authrouter/stores.',
  ],
  [
    'linkByVerifiedEmail without a userStore',
    top({ linkByVerifiedEmail: ['acme'] }),
    'linkByVerifiedEmail needs a userStore with the function findByEmail.',
  ],
  ['a wrong word for ifLoggedIn', top({ ifLoggedIn: 'refuse' }), "ifLoggedIn must be 'allow', 'redirect' or 'link'."],
  ['a wrong word for errors', top({ errors: 'pages' }), "errors must be 'page' or 'next'; did you mean 'page'?"],
  ['a wrong word for transactions', top({ transactions: true }), "transactions must be 'cookie' or 'session'."],
  ['a wrong word for crossSiteStart', top({ crossSiteStart: 'deny' }), "crossSiteStart must be 'confirm' or 'allow'."],
  [
    'an appId unfit for a cookie name',
    top({ appId: 'my app' }),
    'appId must be 1 to 32 letters, digits, _ or -: it becomes part of cookie names.',
  ],
  [
    'an appId that is too long',
    top({ appId: 'a'.repeat(33) }),
    'appId must be 1 to 32 letters, digits, _ or -: it becomes part of cookie names.',
  ],
  ['remember with a unit', top({ remember: '1h' }), `remember ${seconds}`],
  ['remember of zero', top({ remember: 0 }), `remember ${seconds}`],
  ['remember with a fraction', top({ remember: 1.5 }), `remember ${seconds}`],
  ['remember set to true', top({ remember: true }), `remember ${seconds}`],
  ['a misspelt member of keep', top({ keep: { dropOnLogn: [] } }), "keep.dropOnLogn is not an option; did you mean 'dropOnLogin'?"],
  ['a text for a list of session keys', top({ keep: { dropOnLogin: 'flash' } }), 'keep.dropOnLogin must be a list of texts.'],
  ['a hook that is not a function', top({ hooks: { onLogin: 'log' } }), 'hooks.onLogin must be a function.'],
  ['a misspelt hook', top({ hooks: { onLogn: () => undefined } }), "hooks.onLogn is not an option; did you mean 'onLogin'?"],
  ['hooks that are no object', top({ hooks: () => undefined }), 'hooks must be a plain object of functions, such as onLogin.'],
  [
    'a logger without all its functions',
    top({ logger: { info: () => undefined } }),
    'logger must have the functions debug, info, warn and error, or be false.',
  ],
  ['a logger set to true', top({ logger: true }), 'logger must have the functions debug, info, warn and error, or be false.'],
  ['a session that is neither options nor a function', top({ session: 'redis' }), `session ${session}`],
  ['a session set to null', top({ session: null }), `session ${session}`],
  ['a store that cannot destroy', top({ session: { store: { get: () => 0, set: () => 0 } } }), `session.store ${store}`],
  ['session options without a store', top({ session: { name: 'sid' } }), `session.store ${store}`],
  ['a timeout of zero', top({ http: { timeout: 0 } }), 'http.timeout must be above 0, in milliseconds.'],
  ['a timeout that never ends', top({ http: { timeout: Infinity } }), 'http.timeout must be a whole number of milliseconds.'],
  ['a timeout beyond what timers can do', top({ http: { timeout: 2 ** 31 } }), 'http.timeout must be at most 600000 milliseconds.'],
  ['an answer of no bytes', top({ http: { maxBytes: -1 } }), 'http.maxBytes must be above 0, in bytes.'],
  ['a fetch that is not a function', top({ http: { fetch: 'node-fetch' } }), 'http.fetch must be a function.'],
  [
    'a dispatcher that cannot dispatch',
    top({ http: { dispatcher: 'http://proxy.example' } }),
    'http.dispatcher must be an undici dispatcher, such as new ProxyAgent(...).',
  ],
  [
    'a dispatcher that would be passed over',
    top({ http: { fetch: () => undefined, dispatcher: { dispatch: () => true } } }),
    'http.dispatcher would not be used beside http.fetch: give the dispatcher to that fetch.',
  ],
]

const ofPlacesAndSecrets: Mistake[] = [
  ['no base URL in production', production({}, { AUTH_BASE_URL: ' ' }), baseUrlMissing],
  ['an empty list of base URLs', top({ baseUrl: [] }), baseUrlMissing],
  ['plain http in production', production({ baseUrl: 'http://app.example' }), `baseUrl ${httpsOnly}`],
  [
    'plain http in production from the environment',
    production({}, { AUTH_BASE_URL: 'http://app.example' }),
    `baseUrl (from AUTH_BASE_URL) ${httpsOnly}`,
  ],
  ['plain http on another machine', top({ baseUrl: 'http://app.example' }), `baseUrl ${httpsOnly}`],
  ['a base URL without a scheme', top({ baseUrl: 'app.example' }), `baseUrl ${absoluteUrl}`],
  ['a base URL of another kind', top({ baseUrl: 'ftp://app.example' }), `baseUrl ${absoluteUrl}`],
  [
    'a base URL with a query, in a list',
    top({ baseUrl: ['https://a.example', 'https://b.example/?x=1'] }),
    'baseUrl[1] must not have a query: leave out ? and what follows it.',
  ],
  ['a base URL with a password', top({ baseUrl: 'https://user:pass@app.example' }), 'baseUrl must not hold a user name or a password.'],
  [
    'a base URL with a fragment',
    top({ baseUrl: 'https://app.example/#top' }),
    'baseUrl must not have a fragment: leave out # and what follows it.',
  ],
  ['a number for a base URL', top({ baseUrl: 3000 }), 'baseUrl must be a text or a list of texts.'],
  ['no secret in production', production({}, { AUTH_SECRET: '' }), secretMissing],
  ['an empty list of secrets', top({ secret: [] }), secretMissing],
  ['a short secret', top({ secret: 'hush' }), `secret is shorter than 32 characters: ${randomCharacters}`],
  ['a short older secret', top({ secret: [secret, 'hush'] }), `secret[1] is shorter than 32 characters: ${randomCharacters}`],
  [
    'a short secret in the environment',
    providers({ acme: client }, { AUTH_SECRET: 'hush' }),
    `secret (from AUTH_SECRET) is shorter than 32 characters: ${randomCharacters}`,
  ],
  ['one character over and over', top({ secret: 'x'.repeat(64) }), `secret is easy to guess, as it repeats itself: ${randomCharacters}`],
  ['one word over and over', top({ secret: 'password'.repeat(5) }), `secret is easy to guess, as it repeats itself: ${randomCharacters}`],
  [
    'the secret of an example',
    top({ secret: 'change-me-to-something-long-and-random' }),
    `secret is the sample of an example: ${randomCharacters}`,
  ],
  ['a path without its slash', top({ path: 'auth' }), `path ${mountPath}`],
  ['a path that ends in a slash', top({ path: '/auth/' }), `path ${mountPath}`],
  ['a path with a query', top({ path: '/auth?x' }), `path ${mountPath}`],
  ['a path that climbs', top({ path: '/../auth' }), `path ${mountPath}`],
  ['another host after login', top({ afterLogin: '//evil.example' }), `afterLogin ${ownPath}`],
  ['a route of our own after login', top({ afterLogin: '/auth/logout' }), `afterLogin ${ownPath}`],
  ['another host after logout', top({ afterLogout: 'https://evil.example' }), `afterLogout ${ownPath}`],
  [
    'an origin with a slash',
    top({ returnToOrigins: ['https://a.example/'] }),
    "returnToOrigins[0] must be an exact origin, without path, query or slash at the end: write 'https://a.example'.",
  ],
  ['an origin over plain http', top({ returnToOrigins: ['https://a.example', 'http://b.example'] }), `returnToOrigins[1] ${httpsOnly}`],
  ['any origin', top({ returnToOrigins: ['*'] }), `returnToOrigins[0] ${absoluteUrl}`],
  ['one origin instead of a list', top({ returnToOrigins: 'https://a.example' }), 'returnToOrigins must be a list of texts.'],
]

const ofLaterVersions: Mistake[] = [...['popup', 'api'].map((name): Mistake => [name, top({ [name]: {} }), `${name} ${unavailable}`])]

describeMistakes('the whole', ofTheWhole)
describeMistakes('places and secrets', ofPlacesAndSecrets)
describeMistakes('later versions', ofLaterVersions)

test('No message quotes a secret', () => {
  const canary = 'c4n4ry'
  const attempts = [
    top({ secret: canary }),
    top({ secret: [secret, canary.repeat(6)] }),
    providers({ acme: client }, { AUTH_SECRET: canary }),
    acme({ clientSecret: ` ${canary}` }),
    acme({ clientAuth: canary }),
    acme({ privateKey: canary }),
    providers({ chirp: { clientId: 'a', privateKey: canary } }),
    oauth2({ tokenEndpoint: `https://x:${canary}@id.example/` }),
    top({ baseUrl: `https://x:${canary}@id.example/` }),
  ]
  for (const attempt of attempts) expect(refusal(attempt).message).not.toContain(canary)
})
