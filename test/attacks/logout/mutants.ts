import { createHmac, createPublicKey, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto'
import { clientId, clientSecret, logoutEvent, type SigningProvider } from '../../support/signingProvider.js'

/** A logout token that no application may take, and what is wrong with it. */
export interface Mutant {
  name: string
  token: string
}

type Claims = Record<string, unknown>

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

function flipped(text: string, index: number): string {
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
}

/** Wrong values of each claim, with everything else right. */
function wrongClaims(issuer: string, now: number): [string, Claims][] {
  const noTimes = [undefined, null, '', 'soon', true, [], {}, 'NaN']
  return [
    ...[
      undefined,
      null,
      '',
      7,
      [],
      [issuer],
      {},
      `${issuer}/`,
      issuer.toUpperCase(),
      ` ${issuer}`,
      `${issuer}#`,
      `${issuer}?`,
      'https://id.example',
      issuer.replace('http:', 'https:'),
      `${issuer}\u0000`,
    ].map((iss): [string, Claims] => ['iss', { iss }]),
    ...[
      undefined,
      null,
      '',
      7,
      [],
      [[clientId]],
      {},
      { 0: clientId },
      'another',
      ['another'],
      clientId.toUpperCase(),
      `${clientId} `,
      [`${clientId} another`],
      true,
      [null],
      `${clientId},another`,
    ].map((aud): [string, Claims] => ['aud', { aud }]),
    ...['another', '', null, 7, [clientId]].map((azp): [string, Claims] => ['azp', { azp }]),
    ...[...noTimes, now + 61, now + 3600, now * 1000, now - 3700, 0, -1, -now].map((iat): [string, Claims] => [
      'iat',
      { iat, ...(typeof iat === 'number' && iat > now ? { exp: iat + 60 } : {}) },
    ]),
    ...[...noTimes, now - 61, now - 31, 0, -1, now / 1000, String(now + 60)].map((exp): [string, Claims] => ['exp', { exp }]),
    ...[now + 61, now + 3600, 'now', null, {}].map((nbf): [string, Claims] => ['nbf', { nbf }]),
    ...[undefined, null, '', 7, true, [], ['j'], {}].map((jti): [string, Claims] => ['jti', { jti }]),
    ...[
      undefined,
      null,
      '',
      logoutEvent,
      [],
      [logoutEvent],
      [{ [logoutEvent]: {} }],
      {},
      true,
      7,
      { [logoutEvent]: null },
      { [logoutEvent]: undefined },
      { [logoutEvent]: '' },
      { [logoutEvent]: true },
      { [logoutEvent]: [] },
      { [logoutEvent]: 7 },
      { [`${logoutEvent}/`]: {} },
      { [logoutEvent.toUpperCase()]: {} },
      { [logoutEvent.replace('http', 'https')]: {} },
      { 'http://schemas.openid.net/event/session-revoked': {} },
      { [` ${logoutEvent}`]: {} },
    ].map((events): [string, Claims] => ['events', { events }]),
    ...['n', '', null, 0, false, [], {}].map((nonce): [string, Claims] => ['nonce', { nonce }]),
    ...[
      { sub: undefined, sid: undefined },
      { sub: '', sid: undefined },
      { sub: undefined, sid: '' },
      { sub: '', sid: '' },
      { sub: null, sid: undefined },
      { sub: undefined, sid: null },
      { sub: 7, sid: undefined },
      { sub: undefined, sid: 7 },
      { sub: ['ada'], sid: undefined },
      { sub: undefined, sid: ['session-1'] },
      { sub: { is: 'ada' }, sid: undefined },
      { sub: true, sid: 'session-1' },
      { sub: 'ada', sid: {} },
      { sub: 'ada', sid: '' },
      { sub: '', sid: 'session-1' },
    ].map((names): [string, Claims] => ['sub and sid', names]),
  ]
}

const wrongTypes = [
  'at+jwt',
  'id_token+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'logout',
  'logout-jwt',
  'jwt+logout',
  'JOSE',
  'JWE',
  '',
  ' ',
  'logout+jwt ',
  'text/logout+jwt',
  7,
  null,
  true,
  [],
  ['logout+jwt'],
  {},
]

/** @param base a token that is right, whose session has to be there when all of these have been sent */
export async function logoutMutants(provider: SigningProvider, base: string): Promise<Mutant[]> {
  const now = Math.floor(Date.now() / 1000)
  const [header = '', payload = '', signature = ''] = base.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const forged = (parts: Claims, signer: (input: string) => Buffer = by(key.privateKey), body: unknown = claims): string => {
    const input = `${encode({ alg: 'RS256', typ: 'logout+jwt', kid: 'right', ...parts })}.${encode(body)}`
    return `${input}.${signer(input).toString('base64url')}`
  }
  const published = (await (await fetch(`${provider.issuer}/keys`)).json()) as { keys: [Record<string, string>] }
  const [publicJwk] = published.keys
  const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
  const secrets: [string, string | Buffer][] = [
    ['the client secret', clientSecret],
    ['the public key as PEM', publicKey.export({ type: 'spki', format: 'pem' })],
    ['the public key as DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['the modulus', publicJwk['n'] ?? ''],
    ['nothing', ''],
  ]
  const ownJwk = key.publicKey.export({ format: 'jwk' })
  const mutants: [string, string | Promise<string>][] = [
    ...wrongClaims(provider.issuer, now).map(([name, wrong]): [string, Promise<string>] => [
      `${name}: ${JSON.stringify(wrong)}`,
      provider.logoutToken(wrong),
    ]),
    ...wrongTypes.map((typ): [string, Promise<string>] => [`typ: ${JSON.stringify(typ)}`, provider.logoutToken({}, { typ })]),
    ...['none', 'None', 'NONE', 'nOnE', '', 'RS256 ', 'rs256', 'RS257', null, 7, ['RS256'], undefined].flatMap(
      (alg): [string, string][] => [
        [`alg ${JSON.stringify(alg)}, unsigned`, `${encode({ alg, typ: 'logout+jwt', kid: 'right' })}.${payload}.`],
        [`alg ${JSON.stringify(alg)}, with the signature`, `${encode({ alg, typ: 'logout+jwt', kid: 'right' })}.${payload}.${signature}`],
      ],
    ),
    ...secrets.flatMap(([name, secret]) =>
      (['256', '384', '512'] as const).map((bits): [string, string] => [
        `HS${bits} by ${name}`,
        forged({ alg: `HS${bits}` }, (input) => createHmac(`sha${bits}`, secret).update(input).digest()),
      ]),
    ),
    ['another key of the same name', forged({})],
    ['another key without a name', forged({ kid: undefined })],
    ['another key in the header', forged({ jwk: ownJwk })],
    ['another key at an address', forged({ jku: 'https://evil.example/keys' })],
    ['another key by certificate', forged({ x5c: ['MIIB'], x5u: 'https://evil.example/c' })],
    ['an extension that is critical', forged({ crit: ['exp'], exp: now + 60 })],
    ['base64 that is not encoded', forged({ b64: false, crit: ['b64'] })],
    [
      'another algorithm by the right name',
      forged({ alg: 'RS512' }, (input) => signBytes('RSA-SHA512', Buffer.from(input), key.privateKey)),
    ],
    ...Array.from({ length: 24 }, (_none, index): [string, string] => {
      const at = Math.floor((index * signature.length) / 24)
      return [`signature changed at ${String(at)}`, `${header}.${payload}.${flipped(signature, at)}`]
    }),
    ...Array.from({ length: 24 }, (_none, index): [string, string] => {
      const at = Math.floor((index * payload.length) / 24)
      return [`payload changed at ${String(at)}`, `${header}.${flipped(payload, at)}.${signature}`]
    }),
    ...Array.from({ length: 12 }, (_none, index): [string, string] => {
      const at = Math.floor((index * header.length) / 12)
      return [`header changed at ${String(at)}`, `${flipped(header, at)}.${payload}.${signature}`]
    }),
    ['no signature', `${header}.${payload}.`],
    ['two parts', `${header}.${payload}`],
    ['one part', header],
    ['four parts', `${base}.${signature}`],
    ['five parts', `${header}..${payload}.${signature}.${signature}`],
    ['nothing but dots', '..'],
    ['padding', `${header}=.${payload}.${signature}`],
    ['a padded signature', `${base}==`],
    ['a space behind', `${base} `],
    ['a space in front', ` ${base}`],
    ['a line break within', `${header}.${payload}.\n${signature}`],
    ['a payload that is a list', forged({}, undefined, [claims])],
    ['a payload that is text', forged({}, undefined, 'text')],
    ['half a signature', base.slice(0, -100)],
    ['the payload of another token', `${header}.${encode({ ...claims, sid: 'session-2' })}.${signature}`],
    ['a name twice', `${header}.${encode(JSON.stringify(claims).replace('{', '{"sub":"ada",'))}.${signature}`],
  ]
  return Promise.all(mutants.map(async ([name, token]) => ({ name, token: await token })))
}

function by(key: KeyObject): (input: string) => Buffer {
  return (input) => signBytes('RSA-SHA256', Buffer.from(input), key)
}
