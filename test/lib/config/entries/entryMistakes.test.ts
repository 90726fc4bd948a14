import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { client, custom, ecKey, resolve, resolveInProduction, rsaKey } from '../fixtures.js'

const providers =
  (value: unknown, env: Record<string, string> = {}) =>
  () =>
    resolve({ providers: value }, { env })
const acme = (options: object) => providers({ acme: { ...client, ...options } })
const oauth2 = (options: object) => providers({ own: { ...custom.oauth2, ...options } })
const oauth1 = (options: object) => providers({ own: { ...custom.oauth1, ...options } })
const oidc = (options: object) => providers({ own: { ...custom.oidc, ...options } })

const httpsOnly = 'must use https: plain http is for this machine itself only, such as http://localhost:3000.'
const absoluteUrl = "must be an absolute URL, such as 'https://id.example.com'."
const hostName = "must be a host name such as 'login.example.com', with a port if need be, and nothing else."
const segment = 'must be letters, digits, dots, - and _ only, the first one a letter or a digit.'
const methods = "'basic', 'basic_raw', 'post', 'none', 'client_secret_jwt', 'private_key_jwt' or 'tls'"

const exchange = { grantType: 'exchange', parameter: 'token' }

const ofClients: Mistake[] = [
  ['a misspelt option', acme({ clientSecrt: 'hush' }), "providers.acme.clientSecrt is not an option; did you mean 'clientSecret'?"],
  ['an option in snake case', acme({ client_id: 'id' }), "providers.acme.client_id is not an option; did you mean 'clientId'?"],
  [
    'no client id',
    providers({ acme: { clientSecret: 'hush' } }),
    'providers.acme.clientId is missing: set it, or the environment variable ACME_CLIENT_ID.',
  ],
  [
    'no client secret',
    providers({ 'my-own': { ...custom.oidc, clientSecret: undefined } }),
    'providers.my-own.clientSecret is missing: set it, or the environment variable MY_OWN_CLIENT_SECRET; a public '
      + 'client, which has '
      + "none, says clientAuth: 'none'.",
  ],
  [
    'no client secret beside a key that is not used',
    acme({ clientSecret: undefined, clientAuth: 'post', privateKey: rsaKey }),
    'providers.acme.clientSecret is missing: set it, or the environment variable ACME_CLIENT_SECRET; a public client, which has '
      + "none, says clientAuth: 'none'.",
  ],
  [
    'no client secret for OAuth 1.0a',
    providers({ chirp: { clientId: 'id' } }),
    'providers.chirp.clientSecret is missing: set it, or the environment variable CHIRP_CLIENT_SECRET.',
  ],
  [
    'no private key for an RSA signature',
    providers({ chirp: { ...client, signatureMethod: 'RSA-SHA1' } }),
    'providers.chirp.privateKey is missing: set it, or the environment variable CHIRP_PRIVATE_KEY; it is PEM text, and '
      + "signatureMethod 'RSA-SHA1' signs with it.",
  ],
  [
    'no private key for private_key_jwt',
    acme({ clientAuth: 'private_key_jwt' }),
    'providers.acme.privateKey is missing: set it, or the environment variable ACME_PRIVATE_KEY; it is PEM text, and '
      + "clientAuth 'private_key_jwt' signs with it.",
  ],
  [
    'a private key that is none',
    acme({ privateKey: 'MIIEvQ' }),
    'providers.acme.privateKey must be a private key in PEM text that can sign: RSA, EC or Ed25519, not encrypted.',
  ],
  [
    'a private key of the wrong kind',
    oauth1({ signatureMethod: 'RSA-SHA256', privateKey: ecKey }),
    "providers.own.privateKey must be an RSA key: signatureMethod 'RSA-SHA256' signs with it.",
  ],
  ['an empty client id', acme({ clientId: '' }), 'providers.acme.clientId must not be empty.'],
  ['a client id that is a number', acme({ clientId: 12345 }), 'providers.acme.clientId must be a text.'],
  [
    'a client secret with a line break behind it',
    acme({ clientSecret: 'hush\n' }),
    'providers.acme.clientSecret must not begin or end with white space.',
  ],
  [
    'an unknown client authentication',
    acme({ clientAuth: 'basik' }),
    `providers.acme.clientAuth must be ${methods}; did you mean 'basic'?`,
  ],
  [
    'a variable of the wrong kind',
    providers({ own: custom.oidc }, { OWN_CLOCK_TOLERANCE: 'long' }),
    'providers.own.clockTolerance (from OWN_CLOCK_TOLERANCE) must be a number of seconds.',
  ],
  [
    'a variable that is neither true nor false',
    providers({ acme: client }, { ACME_PKCE: 'maybe' }),
    'providers.acme.pkce (from ACME_PKCE) must be true or false.',
  ],
]

const ofProviders: Mistake[] = [
  [
    'no protocol',
    providers({ own: { ...custom.oidc, protocol: undefined } }),
    "providers.own.protocol is missing: set it to 'oidc', 'oauth2', 'oauth1', 'openid2' or 'header-jwt'.",
  ],
  [
    'an unknown protocol',
    oauth2({ protocol: 'saml' }),
    "providers.own.protocol must be 'oauth1', 'oauth2', 'oidc', 'openid2' or 'header-jwt'.",
  ],
  [
    'a protocol beside a catalogue name',
    oauth2({ provider: 'acme' }),
    'providers.own.provider names a catalogue entry, which has its protocol: leave provider or protocol out.',
  ],
  [
    'no issuer for OpenID Connect',
    oidc({ issuer: undefined }),
    'providers.own.issuer is missing: set it, or the environment variable OWN_ISSUER; the protocol oidc needs it.',
  ],
  [
    'an endpoint beside discovery',
    oidc({ tokenEndpoint: 'https://id.example/t' }),
    'providers.own.tokenEndpoint would not be used, since the discovery document has its own: leave it out, or set discovery: false and give all '
      + 'endpoints.',
  ],
  [
    'no keys for OpenID Connect without discovery',
    oidc({ discovery: false, authorizationEndpoint: 'https://id.example/a', tokenEndpoint: 'https://id.example/t' }),
    'providers.own.jwksUri is missing: set it, or the environment variable OWN_JWKS_URI; the protocol oidc needs it '
      + 'where discovery is false.',
  ],
  [
    'no token endpoint for OAuth 2.0',
    oauth2({ tokenEndpoint: undefined }),
    'providers.own.tokenEndpoint is missing: set it, or the environment variable OWN_TOKEN_ENDPOINT; the protocol ' + 'oauth2 needs it.',
  ],
  [
    'no authorization endpoint for OAuth 2.0',
    oauth2({ authorizationEndpoint: undefined }),
    'providers.own.authorizationEndpoint is missing: set it, or the environment variable OWN_AUTHORIZATION_ENDPOINT; '
      + 'the protocol oauth2 needs it.',
  ],
  [
    'no access token endpoint for OAuth 1.0a',
    oauth1({ accessTokenEndpoint: undefined }),
    'providers.own.accessTokenEndpoint is missing: set it, or the environment variable OWN_ACCESS_TOKEN_ENDPOINT; the '
      + 'protocol oauth1 needs it.',
  ],
  ['a relative endpoint', oauth2({ tokenEndpoint: '/token' }), `providers.own.tokenEndpoint ${absoluteUrl}`],
  ['an endpoint with white space', oauth2({ tokenEndpoint: ' https://id.example/token' }), `providers.own.tokenEndpoint ${absoluteUrl}`],
  ['an endpoint over plain http', oauth2({ userinfoEndpoint: 'http://id.example/me' }), `providers.own.userinfoEndpoint ${httpsOnly}`],
  ['an issuer over plain http', oidc({ issuer: 'http://id.example' }), `providers.own.issuer ${httpsOnly}`],
  [
    'an endpoint with credentials',
    oauth2({ tokenEndpoint: 'https://id:hush@id.example/token' }),
    'providers.own.tokenEndpoint must not hold a user name or a password.',
  ],
  [
    'an endpoint with a fragment',
    oauth2({ authorizationEndpoint: 'https://id.example/authorize#x' }),
    'providers.own.authorizationEndpoint must not have a fragment: leave out # and what follows it.',
  ],
  [
    'an issuer with a query',
    oidc({ issuer: 'https://id.example/?tenant=1' }),
    'providers.own.issuer must not have a query: leave out ? and what follows it.',
  ],
  ['a further request to nowhere', acme({ extraRequests: { emails: 'emails' } }), `providers.acme.extraRequests.emails ${absoluteUrl}`],
  [
    'a URL among the hosts',
    acme({ apiHosts: ['https://cdn.acme.example'] }),
    "providers.acme.apiHosts[0] must be a host name such as 'api.example.com', and nothing else.",
  ],
  ['an endpoint that is a number', oauth2({ tokenEndpoint: 443 }), 'providers.own.tokenEndpoint must be a text or a function.'],
  [
    'a function that answers no address',
    oauth2({ tokenEndpoint: () => undefined }),
    'providers.own.tokenEndpoint is a function that does not answer a text: it must answer the address.',
  ],
  [
    'a function that throws',
    oauth2({
      tokenEndpoint: () => {
        throw new Error('no')
      },
    }),
    'providers.own.tokenEndpoint is a function that throws: it must answer the address as a text.',
  ],
  [
    'a placeholder that nothing fills',
    oidc({ issuer: 'https://id.example/{tenant}' }),
    "providers.own.issuer holds {tenant}, which is none of the provider's parameters: write the value there.",
  ],
  [
    'no value for a parameter',
    providers({ cloud: client }),
    'providers.cloud.tenant is missing: set it, or the environment variable CLOUD_TENANT; it is the id of the directory.',
  ],
  ...[
    'evil.example/x?',
    'forge.example@evil.example',
    'forge.example#',
    'forge.example:99999',
    'https://evil.example',
    '*.example',
    'a..b',
    '-a.example',
    'forge.example\\evil',
  ].map((host): Mistake => [`the host ${host}`, providers({ forge: { ...client, host } }), `providers.forge.host ${hostName}`]),
  ...['../admin', 'a/b', 'a?b', 'a@b', '.hidden', 'a%2fb', 'a b', 'é'].map((tenant): Mistake => [
    `the segment ${tenant}`,
    providers({ cloud: { ...client, tenant } }),
    `providers.cloud.tenant ${segment}`,
  ]),
  [
    'a bad parameter in the environment',
    providers({ cloud: client }, { CLOUD_TENANT: 'a/b' }),
    `providers.cloud.tenant (from CLOUD_TENANT) ${segment}`,
  ],
  ['a bad parameter in the defaults', providers({ defaults: { tenant: 'a/b' }, cloud: client }), `providers.defaults.tenant ${segment}`],
  [
    'a misspelt parameter',
    providers({ cloud: { ...client, tennant: 'a' } }),
    "providers.cloud.tennant is not an option; did you mean 'tenant'?",
  ],
  [
    'parameters declared for a catalogue entry',
    acme({ parameters: {} }),
    'providers.acme.parameters is for a provider of your own: give the values of parameters themselves.',
  ],
  [
    'parameters declared badly',
    oauth2({ parameters: { tenant: { description: 'the tenant', kind: 'path' } } }),
    "providers.own.parameters.tenant.kind must be 'host', 'address', 'segment', 'text' or 'identifier'.",
  ],
]

const ofOptions: Mistake[] = [
  [
    'an empty list of scopes',
    acme({ scope: [] }),
    'providers.acme.scope must not be empty: leave it out for the default, or name the scopes to ask for.',
  ],
  [
    'two scopes in one text',
    acme({ scope: ['openid email'] }),
    'providers.acme.scope[0] must be one scope: write each scope as a member of its own, without spaces.',
  ],
  ['a scope that is not a text', acme({ scope: ['read', 1] }), 'providers.acme.scope[1] must be a text.'],
  ['a text of scopes', acme({ scope: 'read write' }), "providers.acme.scope must be a list, such as ['profile', 'email']."],
  ['a text of further scopes', acme({ scopes: 'write' }), "providers.acme.scopes must be a list, such as ['profile', 'email']."],
  [
    'OpenID Connect without openid',
    oidc({ scope: ['email'] }),
    "providers.own.scope must contain 'openid': without it the provider sends no ID Token.",
  ],
  [
    'no id in the profile',
    oauth2({ profile: { name: 'name' } }),
    "providers.own.profile.id is missing: set it to where the provider's profile has its stable id, such as profile: { "
      + "id: 'id' } "
      + "or profile: { id: 'data.user_id' }.",
  ],
  [
    'a misspelt field of the profile',
    acme({ profile: { mail: 'mail' } }),
    "providers.acme.profile.mail is not an option; did you mean 'email'?",
  ],
  [
    'a field that is neither path nor function',
    acme({ profile: { email: true } }),
    "providers.acme.profile.email must be a path such as 'data.id', or a function.",
  ],
  ['a hook that is not a function', acme({ hooks: { userinfo: 'id' } }), 'providers.acme.hooks.userinfo must be a function.'],
  [
    'a hook that answers too late',
    acme({ hooks: { userinfo: async () => Promise.resolve({}) } }),
    'providers.acme.hooks.userinfo must be an ordinary function: an async one would answer too late.',
  ],
  [
    'a misspelt hook',
    acme({ hooks: { userInfo: () => ({}) } }),
    "providers.acme.hooks.userInfo is not an option; did you mean 'userinfo'?",
  ],
  [
    'clocks that differ by more than a minute',
    oidc({ clockTolerance: 61 }),
    'providers.own.clockTolerance must be at most 60 seconds: set the clocks instead.',
  ],
  ['a negative clock tolerance', oidc({ clockTolerance: -1 }), 'providers.own.clockTolerance must be 0 seconds or more.'],
  ['a negative age', oidc({ maxAge: -1 }), 'providers.own.maxAge must be 0 seconds or more.'],
  [
    'an unsigned ID Token',
    oidc({ idTokenAlgs: ['RS256', 'none'] }),
    "providers.own.idTokenAlgs[1] must be an algorithm of signatures: 'RS256', 'PS256', 'ES256' and their like, 'EdDSA', or with a long client secret 'HS256'.",
  ],
  [
    'an ID Token signed by a shared secret',
    oidc({ idTokenAlgs: ['HS256'] }),
    "providers.own.clientSecret must have 32 bytes or more where idTokenAlgs lists 'HS256', and has 4: a shorter one could be guessed from a "
      + 'token. Have the provider sign with a key pair, such as RS256, or issue a longer secret.',
  ],
  [
    'an option of another protocol',
    acme({ idTokenAlgs: ['RS256'] }),
    "providers.acme.idTokenAlgs is for the protocol 'oidc' or 'header-jwt', not for 'oauth2': leave it out.",
  ],
  [
    'PKCE for OAuth 1.0a',
    oauth1({ pkce: true }),
    "providers.own.pkce is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.",
  ],
  [
    'an unknown signature method',
    oauth1({ signatureMethod: 'HMAC-MD5' }),
    "providers.own.signatureMethod must be 'HMAC-SHA1', "
      + "'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512' or 'PLAINTEXT'.",
  ],
  [
    'an unknown signature placement',
    oauth1({ signaturePlacement: 'cookie' }),
    "providers.own.signaturePlacement must be 'header', 'query' or 'body'.",
  ],
  [
    'a realm that has no header to travel in',
    oauth1({ realm: 'photos', signaturePlacement: 'query' }),
    "providers.own.realm travels in the Authorization header: leave it out, or set signaturePlacement to 'header'.",
  ],
  [
    'a hash of the body for OAuth 2.0',
    acme({ bodyHash: true }),
    "providers.acme.bodyHash is for the protocol 'oauth1', not for 'oauth2': leave it out.",
  ],
  ['a hash of the body that is a text', oauth1({ bodyHash: 'sha1' }), 'providers.own.bodyHash must be true or false.'],
  [
    'a hash of the body with PLAINTEXT',
    oauth1({ bodyHash: true, signatureMethod: 'PLAINTEXT' }),
    "providers.own.bodyHash protects nothing with signatureMethod 'PLAINTEXT', which has no hash: leave it out.",
  ],
  [
    'PLAINTEXT over plain http',
    oauth1({ signatureMethod: 'PLAINTEXT', accessTokenEndpoint: 'http://old.example/access' }),
    `providers.own.accessTokenEndpoint ${httpsOnly}`,
  ],
  [
    'PLAINTEXT over plain http on this machine in production',
    () =>
      resolveInProduction({
        providers: {
          own: { ...custom.oauth1, signatureMethod: 'PLAINTEXT', accessTokenEndpoint: 'http://127.0.0.1/access' },
        },
      }),
    "providers.own.accessTokenEndpoint must use https: signatureMethod 'PLAINTEXT' sends the secrets as they are.",
  ],
  ['an unknown strategy of renewal', acme({ renewal: 'non' }), "providers.acme.renewal must be 'standard' or 'none'; did you mean 'none'?"],
  [
    'a strategy of renewal that is a number',
    acme({ renewal: 1 }),
    "providers.acme.renewal must be a plain object with grantType and parameter; or 'standard' or 'none'.",
  ],
  [
    'an exchange without a parameter',
    acme({ renewal: { grantType: 'exchange' } }),
    'providers.acme.renewal must have both grantType and parameter.',
  ],
  [
    'an exchange of short-lived tokens without a grant type',
    acme({ renewal: { ...exchange, shortLived: { parameter: 'token' } } }),
    'providers.acme.renewal.shortLived must have both grantType and parameter.',
  ],
  [
    'a misspelt member of an exchange',
    acme({ renewal: { ...exchange, endPoint: 'https://acme.example/longer' } }),
    "providers.acme.renewal.endPoint is not an option; did you mean 'endpoint'?",
  ],
  [
    'an unknown method of an exchange',
    acme({ renewal: { ...exchange, method: 'PUT' } }),
    "providers.acme.renewal.method must be 'POST' or 'GET'.",
  ],
  [
    'an exchange over plain http',
    acme({ renewal: { ...exchange, endpoint: 'http://acme.example/longer' } }),
    `providers.acme.renewal.endpoint ${httpsOnly}`,
  ],
  [
    'an exchange of short-lived tokens over plain http',
    acme({ renewal: { ...exchange, shortLived: { ...exchange, endpoint: 'http://acme.example/longer' } } }),
    `providers.acme.renewal.shortLived.endpoint ${httpsOnly}`,
  ],
  [
    'an exchange of access tokens for OpenID Connect',
    oidc({ renewal: exchange }),
    "providers.own.renewal must be 'standard' or 'none' for the protocol 'oidc': an exchange of access tokens is for 'oauth2'.",
  ],
  [
    'renewal for OAuth 1.0a',
    oauth1({ renewal: 'none' }),
    "providers.own.renewal is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.",
  ],
  [
    'an introspection endpoint over plain http',
    oauth2({ introspectionEndpoint: 'http://id.example/introspect' }),
    `providers.own.introspectionEndpoint ${httpsOnly}`,
  ],
  [
    'a revocation endpoint over plain http',
    oauth2({ revocationEndpoint: 'http://id.example/revoke' }),
    `providers.own.revocationEndpoint ${httpsOnly}`,
  ],
  [
    'a revocation endpoint for OAuth 1.0a',
    oauth1({ revocationEndpoint: 'https://old.example/revoke' }),
    "providers.own.revocationEndpoint is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.",
  ],
  [
    'an unknown client authentication for revocations',
    acme({ revocationClientAuth: 'header' }),
    `providers.acme.revocationClientAuth must be ${methods}.`,
  ],
  ['an unknown token placement', acme({ tokenPlacement: 'cookie' }), "providers.acme.tokenPlacement must be 'header', 'body' or 'query'."],
  [
    'an unknown response mode',
    acme({ responseMode: 'fragment' }),
    "providers.acme.responseMode must be 'query', 'form_post', 'query.jwt' or 'form_post.jwt'.",
  ],
  ['PKCE set to a text', acme({ pkce: 'no' }), 'providers.acme.pkce must be true or false.'],
  ['a parameter that is not a text', acme({ authorizationParams: { max: 1 } }), 'providers.acme.authorizationParams.max must be a text.'],
  [
    'a list of parameters',
    acme({ tokenParams: ['a'] }),
    "providers.acme.tokenParams must be a plain object of texts, such as { name: 'value' }.",
  ],
  [
    'a header that HTTP does not allow',
    acme({ apiHeaders: { accept: 'a\r\nb: c' } }),
    'providers.acme.apiHeaders must hold names and values that HTTP allows in a header.',
  ],
  ['a colour by name', acme({ color: 'red' }), "providers.acme.color must be a colour such as '#24292f'."],
]

describeMistakes('clients', ofClients)
describeMistakes('providers', ofProviders)
describeMistakes("an entry's options", ofOptions)
