import { createPrivateKey, sign as signBytes, type KeyObject } from 'node:crypto'
import { exportPKCS8, exportSPKI, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { clientId, halfHash, keyPair, publicJwk, signedBy } from './mockOp.js'

/** An ID Token that is not the right one: what is wrong with it, and how it is made from the right claims of a login. */
export interface Mutant {
  name: string
  make: (right: JWTPayload) => string | Promise<string>
}

const base64url = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')
const json = (value: unknown): string => base64url(JSON.stringify(value))
const rightHeader = { alg: 'RS256', kid: 'right' }

let rightKey: KeyObject | undefined

/** Signs any two texts or bytes as the provider does: what they are is the provider's own mistake. */
async function signedParts(header: string | Uint8Array, payload: string | Uint8Array): Promise<string> {
  rightKey ??= createPrivateKey(await exportPKCS8((await keyPair('RS256')).privateKey))
  const input = `${base64url(header)}.${base64url(payload)}`
  return `${input}.${signBytes('sha256', Buffer.from(input), rightKey).toString('base64url')}`
}

const right = signedBy('RS256')

/** A right token, of which one part is changed afterwards. */
const changed =
  (change: (parts: [string, string, string]) => string) =>
  async (claims: JWTPayload): Promise<string> => {
    const [header = '', payload = '', signature = ''] = (await right(claims)).split('.')
    return change([header, payload, signature])
  }

const oddValues: readonly unknown[] = [
  null,
  '',
  ' ',
  'other',
  0,
  1,
  -1,
  1.5,
  true,
  false,
  [],
  {},
  [null],
  [['nested']],
  { $ne: '' },
  '0',
  '9999999999',
  'x'.repeat(300),
  '\u0000',
  '__proto__',
]

/** Claims without which there is no ID Token, and those that mean something where they are there. */
function ofClaims(issuer: string): Mutant[] {
  const required = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce']
  const dropped = required.map((name): Mutant => ({
    name: `without ${name}`,
    make: (claims) => right(Object.fromEntries(Object.entries(claims).filter(([other]) => other !== name))),
  }))
  const renamed = required.map((name): Mutant => ({
    name: `${name} under another name`,
    make: ({ [name]: value, ...claims }) => right({ ...claims, [name.toUpperCase()]: value } as JWTPayload),
  }))
  const isRight = (name: string, value: unknown): boolean =>
    (name === 'nbf' && typeof value === 'number') || (name === 'auth_time' && typeof value === 'number' && value >= 0)
  const retyped = [...required, 'azp', 'at_hash', 'nbf', 'auth_time', 'events'].flatMap((name) =>
    oddValues
      .filter((value) => !isRight(name, value))
      .map((value): Mutant => ({
        name: `${name} ${JSON.stringify(value).slice(0, 30)}`,
        make: (claims) => right({ ...claims, [name]: value }),
      })),
  )
  const now = Math.floor(Date.now() / 1000)
  const values: [string, readonly unknown[]][] = [
    [
      'iss',
      [
        `${issuer}/`,
        issuer.toUpperCase(),
        `${issuer}?`,
        `${issuer}#`,
        ` ${issuer}`,
        `${issuer}.`,
        [issuer],
        { issuer },
        `${issuer}/x`,
        issuer.replace('http:', 'https:'),
        issuer.slice(0, -1),
        `${issuer},other`,
      ],
    ],
    [
      'aud',
      [
        [clientId, 'other'],
        ['other'],
        ['other', clientId],
        [[clientId]],
        [clientId.toUpperCase()],
        `${clientId} other`,
        ` ${clientId}`,
        `${clientId}\u0000`,
        { 0: clientId },
        [{ clientId }],
        [clientId, clientId],
        clientId.slice(0, -1),
      ],
    ],
    ['sub', ['eve', 'ADA', 'ada ', ' ada', 'ada\u0000', 'аda', 'ada\u200b', ['ada'], { sub: 'ada' }]],
    ['exp', [now - 31, now - 600, 1e-9, now / 1000, String(now + 600), [now + 600], { $gt: 0 }]],
    ['iat', [now + 600, now - 25 * 3600, now - 7 * 86_400, String(now), [now], now * 1000]],
    ['nbf', [now + 600, now * 1000, String(now)]],
    ['nonce', ['x'.repeat(43), 'null', 'undefined']],
    ['azp', ['other', [clientId], clientId.toUpperCase(), `${clientId} `]],
    [
      'at_hash',
      [
        halfHash('another token'),
        halfHash('the-access-token', 'sha512'),
        halfHash('the-access-token').slice(0, -1),
        `${halfHash('the-access-token')}=`,
      ],
    ],
  ]
  const otherValues = values.flatMap(([name, list]) =>
    list.map((value): Mutant => ({
      name: `${name} ${JSON.stringify(value).slice(0, 60)}`,
      make: (claims) => right({ ...claims, [name]: value }),
    })),
  )
  const byNonce: Mutant[] = [
    { name: 'nonce in upper case', make: (claims) => right({ ...claims, nonce: String(claims['nonce']).toUpperCase() }) },
    { name: 'nonce cut', make: (claims) => right({ ...claims, nonce: String(claims['nonce']).slice(0, -1) }) },
    { name: 'nonce longer', make: (claims) => right({ ...claims, nonce: `${String(claims['nonce'])}A` }) },
    { name: 'nonce in a list', make: (claims) => right({ ...claims, nonce: [claims['nonce']] }) },
  ]
  return [...dropped, ...renamed, ...retyped, ...otherValues, ...byNonce]
}

/** Spellings of a word in both cases, all of them. */
function spellings(word: string): string[] {
  return Array.from({ length: 2 ** word.length }, (_, bits) =>
    [...word].map((letter, index) => (bits & (1 << index) ? letter.toUpperCase() : letter)).join(''),
  )
}

function ofHeaders(sink: string): Mutant[] {
  const algorithms: readonly unknown[] = [
    ...spellings('none'),
    ...['', ' ', 'RS256 ', 'rs256', 'RS', 'RS1', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES256K', 'ES384', 'ES512'],
    ...['EdDSA', 'Ed25519', 'Ed448', 'HS256', 'HS384', 'HS512', 'HS1', 'dir', 'A256GCM', 'RSA-OAEP', 'RSA1_5', '__proto__', 'constructor'],
    ...[null, 0, true, [], ['RS256'], {}, { alg: 'RS256' }],
  ]
  const relabelled = algorithms.flatMap((alg): Mutant[] => [
    {
      name: `alg ${JSON.stringify(alg)} over a right signature`,
      make: changed(([, payload, signature]) => `${json({ ...rightHeader, alg })}.${payload}.${signature}`),
    },
    { name: `alg ${JSON.stringify(alg)} without a signature`, make: (claims) => `${json({ ...rightHeader, alg })}.${json(claims)}.` },
    {
      name: `alg ${JSON.stringify(alg)} signed as RS256`,
      make: (claims) => signedParts(JSON.stringify({ kid: 'right', alg }), JSON.stringify(claims)),
    },
  ])
  const headers: [string, Record<string, unknown>][] = [
    ...['logout+jwt', 'at+jwt', 'application/at+jwt', 'dpop+jwt', 'LOGOUT+JWT', 'secevent+jwt', 7, null, [], {}, true].map(
      (typ): [string, Record<string, unknown>] => ['typ', { typ }],
    ),
    ...[['exp'], ['x'], [], 'exp', null, {}, ['b64'], [7], ['alg']].map((crit): [string, Record<string, unknown>] => [
      'crit',
      { crit, x: 1 },
    ]),
    ['b64', { b64: false, crit: ['b64'] }],
    ...[
      'other',
      '',
      ' ',
      'RIGHT',
      'right ',
      '../right',
      7,
      null,
      true,
      [],
      ['right'],
      {},
      '__proto__',
      "right' OR '1'='1",
      'x'.repeat(5_000),
    ].map((kid): [string, Record<string, unknown>] => ['kid', { kid }]),
  ]
  const signedHeaders = headers.map(([name, change]): Mutant => ({
    name: `${name} ${JSON.stringify(change).slice(0, 60)}, signed`,
    make: (claims) => signedParts(JSON.stringify({ ...rightHeader, ...change }), JSON.stringify(claims)),
  }))
  const places = ['right', 'wrong', undefined].flatMap((kid): Mutant[] =>
    [
      { jku: `${sink}/jku` },
      { x5u: `${sink}/x5u` },
      { x5c: ['MIIB'] },
      { x5t: 'AAAA' },
      { jwk: 'own' },
      { jku: `${sink}/jku`, x5u: `${sink}/x5u`, jwk: 'own' },
      {},
    ].map((header) => ({
      name: `of another key, kid ${String(kid)}, ${Object.keys(header).join(' and ')}`,
      make: async (claims) =>
        signedBy('RS256', 'wrong', {
          kid,
          ...header,
          ...('jwk' in header ? { jwk: await publicJwk('RS256', 'wrong') } : {}),
        })(claims),
    })),
  )
  return [...relabelled, ...signedHeaders, ...places]
}

/** Right claims under algorithms that nobody agreed to, with keys that anybody has. */
async function ofKeys(clientSecret: string): Promise<Mutant[]> {
  const { publicKey } = await keyPair('RS256')
  const jwk = await publicJwk('RS256')
  const pem = await exportSPKI(publicKey)
  const modulus = Buffer.from(String(jwk['n']), 'base64url')
  const secrets: [string, string | Uint8Array][] = [
    ['PEM', pem],
    ['PEM trimmed', pem.trim()],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['DER', Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')],
    ['JWK', JSON.stringify(jwk)],
    ['JWKS', JSON.stringify({ keys: [jwk] })],
    ['modulus', modulus],
    ['modulus as text', String(jwk['n'])],
    ['modulus in hexadecimal', modulus.toString('hex')],
    ['kid', 'right'],
    ['client id', clientId],
    ['client secret', clientSecret],
    ['nothing', '\u0000'],
  ]
  const hmac = ['HS256', 'HS384', 'HS512'].flatMap((alg) =>
    secrets.map(([what, secret]): Mutant => ({
      name: `${alg} with the ${what} as its secret`,
      make: (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg, kid: 'right' } as JWTHeaderParameters)
          .sign(typeof secret === 'string' ? Buffer.from(secret) : secret),
    })),
  )
  const others = ['RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'].map((alg): Mutant => ({
    name: `${alg} with a key of its own`,
    make: signedBy(alg, 'right'),
  }))
  return [...hmac, ...others]
}

const flipped = (text: string, index: number): string => {
  const bytes = Buffer.from(text, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(index % bytes.length) ^ (1 << (index % 8)), index % bytes.length)
  return bytes.toString('base64url')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The sign after a text's last one in the alphabet, which often means the same bytes. */
const nextSpelling = (text: string, step: number): string =>
  text.slice(0, -1) + (alphabet[(alphabet.indexOf(text.at(-1) ?? 'A') + step) % alphabet.length] ?? '')

function ofParts(): Mutant[] {
  const positions = (count: number, step: number): number[] => Array.from({ length: count }, (_, index) => index * step)
  const bits = [
    ...positions(48, 5).map((index): Mutant => ({
      name: `bit ${String(index)} of the signature`,
      make: changed(([header, payload, signature]) => [header, payload, flipped(signature, index)].join('.')),
    })),
    ...positions(32, 7).map((index): Mutant => ({
      name: `bit ${String(index)} of the payload`,
      make: changed(([header, payload, signature]) => [header, flipped(payload, index), signature].join('.')),
    })),
    ...positions(16, 3).map((index): Mutant => ({
      name: `bit ${String(index)} of the header`,
      make: changed(([header, payload, signature]) => [flipped(header, index), payload, signature].join('.')),
    })),
    ...[1, 2, 3].flatMap((step): Mutant[] => [
      {
        name: `another spelling of the signature, ${String(step)}`,
        make: changed(([header, payload, signature]) => [header, payload, nextSpelling(signature, step)].join('.')),
      },
    ]),
  ]
  const signatures: [string, (signature: string) => string][] = [
    ['none', () => ''],
    ['cut', (signature) => signature.slice(0, -8)],
    ['longer', (signature) => `${signature}AAAA`],
    ['of zeros', () => base64url(Buffer.alloc(256))],
    ['of ones', () => base64url(Buffer.alloc(256, 0xff))],
    ['of one', () => base64url(Buffer.concat([Buffer.alloc(255), Buffer.of(1)]))],
    ['turned round', (signature) => base64url(Buffer.from(signature, 'base64url').reverse())],
    ['padded', (signature) => `${signature}==`],
    ['in the other alphabet', (signature) => `${Buffer.from(signature, 'base64url').toString('base64')}`],
    ['with a space', (signature) => `${signature} `],
    ['with a line break', (signature) => `${signature.slice(0, 20)}\n${signature.slice(20)}`],
    ['with a comma', (signature) => `${signature},`],
    ['twice', (signature) => signature + signature],
    ['in hexadecimal', (signature) => Buffer.from(signature, 'base64url').toString('hex')],
  ]
  const whole: [string, (parts: [string, string, string]) => string][] = [
    ['two parts', ([header, payload]) => `${header}.${payload}`],
    ['one part', ([header]) => header],
    ['four parts', (parts) => `${parts.join('.')}.x`],
    ['a dot behind', (parts) => `${parts.join('.')}.`],
    ['a dot before', (parts) => `.${parts.join('.')}`],
    ['five parts', (parts) => `${parts.join('.')}.x.y`],
    ['six parts', (parts) => `${parts.join('.')}.x.y.z`],
    ['a space before', (parts) => ` ${parts.join('.')}`],
    ['a space behind', (parts) => `${parts.join('.')} `],
    ['a line break behind', (parts) => `${parts.join('.')}\n`],
    ['a tab within', ([header, payload, signature]) => `${header}.\t${payload}.${signature}`],
    ['a zero behind', (parts) => `${parts.join('.')}\u0000`],
    ['a scheme before', (parts) => `Bearer ${parts.join('.')}`],
    ['quotes', (parts) => `"${parts.join('.')}"`],
    ['lower case', (parts) => parts.join('.').toLowerCase()],
    ['encoded once more', (parts) => base64url(parts.join('.'))],
    ['colons for dots', (parts) => parts.join(':')],
    ['a padded header', ([header, payload, signature]) => `${header}=.${payload}.${signature}`],
    ['a padded payload', ([header, payload, signature]) => `${header}.${payload}=.${signature}`],
    ['another header of the same meaning', ([, payload, signature]) => `${json({ kid: 'right', alg: 'RS256' })}.${payload}.${signature}`],
    ['JSON serialization', ([header, payload, signature]) => JSON.stringify({ payload, signatures: [{ protected: header, signature }] })],
    ['flattened JSON serialization', ([header, payload, signature]) => JSON.stringify({ protected: header, payload, signature })],
    ['header and payload swapped', ([header, payload, signature]) => `${payload}.${header}.${signature}`],
  ]
  return [
    ...bits,
    ...signatures.map(([what, make]): Mutant => ({
      name: `a signature ${what}`,
      make: changed(([header, payload, signature]) => [header, payload, make(signature)].join('.')),
    })),
    ...whole.map(([name, make]): Mutant => ({ name, make: changed(make) })),
  ]
}

/** Signed as it should be, and not to be read in one way only. */
function ofTexts(): Mutant[] {
  const header = JSON.stringify(rightHeader)
  const twice = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'].flatMap((name): Mutant[] => [
    { name: `${name} twice, wrong first`, make: (claims) => signedParts(header, `{"${name}":"x",${JSON.stringify(claims).slice(1)}`) },
    { name: `${name} twice, wrong last`, make: (claims) => signedParts(header, `${JSON.stringify(claims).slice(0, -1)},"${name}":"x"}`) },
    {
      name: `${name} twice, both right`,
      make: (claims) => signedParts(header, `{"${name}":${JSON.stringify(claims[name])},${JSON.stringify(claims).slice(1)}`),
    },
    {
      name: `${name} twice, once in escapes`,
      make: (claims) =>
        signedParts(header, `{"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":"x",${JSON.stringify(claims).slice(1)}`),
    },
  ])
  const headersTwice = [
    '{"alg":"none","alg":"RS256","kid":"right"}',
    '{"alg":"RS256","kid":"right","alg":"none"}',
    '{"alg":"RS256","kid":"wrong","kid":"right"}',
    '{"alg":"RS256","\\u0061lg":"RS256","kid":"right"}',
  ]
  const payloads: [string, (claims: JWTPayload) => string | Uint8Array][] = [
    ['a byte order mark', (claims) => `\ufeff${JSON.stringify(claims)}`],
    [
      'bytes that are no UTF-8',
      (claims) =>
        Buffer.concat([Buffer.from(JSON.stringify(claims).slice(0, -1)), Buffer.from(',"x":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]),
    ],
    ['UTF-16', (claims) => Buffer.from(JSON.stringify(claims), 'utf16le')],
    ['a list', (claims) => JSON.stringify([claims])],
    ['a text', (claims) => JSON.stringify(JSON.stringify(claims))],
    ['null', () => 'null'],
    ['a number', () => '7'],
    ['nothing', () => ''],
    ['an empty object', () => '{}'],
    ['two objects', (claims) => JSON.stringify(claims).repeat(2)],
    ['a comment', (claims) => `/* */${JSON.stringify(claims)}`],
    ['a comma too many', (claims) => `${JSON.stringify(claims).slice(0, -1)},}`],
    ['single quotes', (claims) => JSON.stringify(claims).replaceAll('"', "'")],
    ['something behind', (claims) => `${JSON.stringify(claims)}x`],
    ['a zero behind', (claims) => `${JSON.stringify(claims)}\u0000`],
    ['an end that is infinite', (claims) => JSON.stringify({ ...claims, exp: 7 }).replace('"exp":7', '"exp":1e400')],
    ['an end that is no number', (claims) => JSON.stringify({ ...claims, exp: 7 }).replace('"exp":7', '"exp":NaN')],
    ['a start before all time', (claims) => JSON.stringify({ ...claims, iat: 7 }).replace('"iat":7', '"iat":-1e400')],
    ['depth 10,000', (claims) => `${JSON.stringify(claims).slice(0, -1)},"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['depth 30', (claims) => `${JSON.stringify(claims).slice(0, -1)},"x":${'['.repeat(30)}${']'.repeat(30)}}`],
    [
      '10,000 claims',
      (claims) =>
        JSON.stringify({
          ...claims,
          ...Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`claim${String(index)}`, index])),
        }),
    ],
    ['500 KB', (claims) => JSON.stringify({ ...claims, x: 'x'.repeat(500_000) })],
    ['right claims one level down', (claims) => JSON.stringify({ claims })],
  ]
  return [
    ...twice,
    ...headersTwice.map((text): Mutant => ({ name: `header ${text}`, make: (claims) => signedParts(text, JSON.stringify(claims)) })),
    ...['null', '[]', '"RS256"', '7', '', '{', '{"alg":"RS256","kid":"right"}x', '\ufeff{"alg":"RS256","kid":"right"}', '{}'].map(
      (text): Mutant => ({
        name: `header ${text}`,
        make: (claims) => signedParts(text, JSON.stringify(claims)),
      }),
    ),
    ...payloads.map(([what, make]): Mutant => ({ name: `payload of ${what}`, make: (claims) => signedParts(header, make(claims)) })),
  ]
}

function ofNesting(): Mutant[] {
  return [
    {
      name: 'a token within a token',
      make: async (claims) => signedParts(JSON.stringify({ ...rightHeader, cty: 'JWT' }), await right(claims)),
    },
    {
      name: 'an unsigned one within a signed one',
      make: (claims) => signedParts(JSON.stringify({ ...rightHeader, cty: 'JWT' }), new UnsecuredJWT(claims).encode()),
    },
    {
      name: 'a right one behind an unsigned one',
      make: async (claims) => `${new UnsecuredJWT({ ...claims, sub: 'ada' }).encode()}${await right(claims)}`,
    },
    { name: 'unsigned', make: (claims) => new UnsecuredJWT(claims).encode() },
    { name: 'unsigned, with the kid', make: (claims) => `${json({ alg: 'none', kid: 'right' })}.${json(claims)}.` },
    { name: 'encrypted by name', make: (claims) => `${json({ alg: 'dir', enc: 'A256GCM' })}..AAAA.${json(claims)}.AAAA` },
    {
      name: 'encrypted with a password, slow to open',
      make: () => `${json({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`,
    },
    { name: 'nothing', make: () => '' },
    { name: 'dots', make: () => '..' },
    { name: 'the access token', make: () => 'the-access-token' },
  ]
}

/** All mutants, every one with a name of its own. */
export async function mutants({ issuer, sink, clientSecret }: { issuer: string; sink: string; clientSecret: string }): Promise<Mutant[]> {
  const all = [...ofClaims(issuer), ...ofHeaders(sink), ...(await ofKeys(clientSecret)), ...ofParts(), ...ofTexts(), ...ofNesting()]
  return [...new Map(all.map((mutant) => [mutant.name, mutant])).values()]
}
