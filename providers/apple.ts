import { sign } from 'node:crypto'
import { defineProvider, type ClientAuthFunction, type LoginFacts, type RawProfile, type Tokens } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Apple',
  docs: 'https://developer.apple.com/documentation/signinwithapplerestapi',
  color: '#000000',
  parameters: { teamId: { description: 'Team id', kind: 'segment' }, keyId: { description: 'Id of its key', kind: 'segment' } },
  issuer: 'https://appleid.apple.com',
  userinfo: false,
  apiBaseUrl: 'https://appleid.apple.com/',
  callbackParameters: ['user'],
  clientAuth: signedSecret,
  needsPrivateKey: true,
  responseMode: 'form_post',
  refreshTokens: true,
  scope: ['openid', 'name', 'email'],
  profile: { givenName: 'name.firstName', familyName: 'name.lastName' },
  hooks: { userinfo: withName },
})

// The client secret is a JWT that the team's private key signs:
// https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
function signedSecret({ clientId, client, form }: Parameters<ClientAuthFunction>[0]): void {
  const { privateKey, parameters: { teamId, keyId } = {} } = client
  if (privateKey === undefined) throw new Error('privateKey is missing: set it to the PEM text of the team\'s key.')
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: teamId, iat: now, exp: now + 300, aud: 'https://appleid.apple.com', sub: clientId }
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const token = [{ alg: 'ES256', kid: keyId }, claims].map(encode).join('.')
  const key = { key: privateKey.replace(/^[ \t]+/gm, ''), dsaEncoding: 'ieee-p1363' } as const
  form.set('client_id', clientId)
  form.set('client_secret', `${token}.${sign('sha256', Buffer.from(token), key).toString('base64url')}`)
}

// The name stands beside the code, at the first consent only and unsigned, so nothing else is taken from there:
// https://developer.apple.com/documentation/signinwithapple/configuring-your-webpage-for-sign-in-with-apple
function withName(raw: RawProfile, _tokens: Readonly<Tokens>, { callback: { user } }: LoginFacts): RawProfile {
  try {
    return user === undefined ? raw : { ...raw, name: (JSON.parse(user) as { name?: unknown }).name }
  } catch {
    return raw
  }
}
