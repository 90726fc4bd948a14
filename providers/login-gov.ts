import { randomUUID, sign } from 'node:crypto'
import { defineProvider, type Client } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Login.gov',
  docs: 'https://developers.login.gov/oidc/getting-started/',
  color: '#005ea2',
  parameters: {
    host: { description: 'Host; idp.int.identitysandbox.gov is the sandbox', kind: 'host', default: 'secure.login.gov' },
  },
  issuer: 'https://{host}/',
  apiBaseUrl: 'https://{host}/api/',
  // There are no client secrets: https://developers.login.gov/oidc/token/
  clientAuth: 'none',
  refreshTokens: false,
  scope: ['openid', 'email'],
  acrValues: ['urn:acr.login.gov:auth-only'],
  authorizationParams: { prompt: 'select_account' },
  // The claim is not named phone_number: https://developers.login.gov/attributes/
  profile: { phoneNumber: 'phone' },
  hooks: {
    // A client registered with a key signs an assertion, for the token endpoint and not for the issuer; one registered for PKCE
    // sends nothing else: https://developers.login.gov/oidc/token/
    tokenRequest: (form, { client }) => client.privateKey === undefined ? form : {
      ...form,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(client, client.privateKey),
    },
  },
})

function assertion({ clientId, parameters: { host = '' } = {} }: Readonly<Client>, privateKey: string): string {
  const now = Math.floor(Date.now() / 1000)
  const endpoint = `https://${host}/api/openid_connect/token`
  const claims = { iss: clientId, sub: clientId, aud: endpoint, jti: randomUUID(), iat: now, exp: now + 300 }
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), privateKey.replace(/^[ \t]+/gm, '')).toString('base64url')}`
}
