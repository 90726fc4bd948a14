import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { ClientMetadata, Configuration, JWK, KoaContextWithOIDC, interactionPolicy } from 'oidc-provider'
import { openidStore } from './openidStore.js'
import { errorScreen, loggedOutScreen, logoutScreen, type Look } from './openidScreens.js'
import { findPerson, type Person } from './people.js'

/** The paths of the endpoints, below the issuer. */
export const routes = {
  authorization: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
  jwks: '/jwks',
  revocation: '/revoke',
  introspection: '/introspect',
  end_session: '/logout',
  pushed_authorization_request: '/par',
}

/** What `openidConfiguration` needs to know; `keys` sign the tokens, `accessTokenLifetime` is in seconds. */
export interface OpenidSettings {
  issuer: string
  clients: ReadonlyMap<string, ClientMetadata>
  look: Look
  keys: JWK[]
  accessTokenLifetime: number
  rotateRefreshTokens: boolean
  policy: typeof interactionPolicy
}

const hour = 60 * 60
const fortnight = 14 * 24 * hour

/** Makes the configuration of the server. */
export function openidConfiguration(settings: OpenidSettings): Configuration {
  const { issuer, look } = settings
  // Cookies do not know ports: two servers on one host must not take each other's.
  const { port } = new URL(issuer)
  return {
    adapter: openidStore(settings.clients),
    jwks: { keys: settings.keys },
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: `op${port}.session`, interaction: `op${port}.interaction`, resume: `op${port}.resume` },
    },
    routes,
    scopes: ['openid', 'offline_access', 'profile', 'email', 'projects'],
    claims: {
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'profile', 'picture', 'locale'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_, id) => {
      const person = findPerson(id)
      return person && { accountId: id, claims: () => claimsOf(person, issuer) }
    },
    // OAuth 2.0 has no scope that asks for a refresh token; OpenID Connect has (Core, section 11).
    issueRefreshToken: (_, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || !scopes.has('openid')),
    rotateRefreshToken: settings.rotateRefreshTokens,
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    clockTolerance: 0,
    ttl: {
      AccessToken: settings.accessTokenLifetime,
      IdToken: hour,
      RefreshToken: fortnight,
      Interaction: hour,
      Session: fortnight,
      Grant: fortnight,
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}`, policy: loginPolicy(settings.policy) },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => logoutScreen(ctx, look, form),
        postLogoutSuccessSource: (ctx) => loggedOutScreen(ctx, look),
      },
    },
    // The server calls no address of a private network unless told to, and the applications of a demo are on this machine.
    fetch: (url, { dispatcher: _guarded, ...options }: RequestInit & { dispatcher?: unknown } = {}) => fetch(url, options),
    renderError: (ctx, { error, error_description: description }) => errorScreen(ctx, look, error, description ?? ''),
  }
}

/** Asks who it is at every login, also when the browser has a session here: a demo wants to change persons. */
function loginPolicy({ base, Check, Prompt }: typeof interactionPolicy): interactionPolicy.DefaultPolicy {
  const isMissing: (ctx: KoaContextWithOIDC) => boolean = ({ oidc }) => oidc.result?.login === undefined
  const notChosen = new Check('not_chosen', 'a person must be chosen', 'login_required', isMissing)
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }, notChosen), 0)
  return policy
}

/** The claims of OpenID Connect Core, section 5.1. */
function claimsOf(person: Person, issuer: string) {
  return {
    sub: person.id,
    name: person.name,
    given_name: person.givenName,
    family_name: person.familyName,
    preferred_username: person.username,
    profile: `${issuer}/people/${person.username}`,
    picture: `${issuer}/avatars/${person.id}.svg`,
    locale: person.locale,
    email: person.email,
    email_verified: person.emailVerified,
  }
}

/** Makes new private keys, one for RS256 and its kin and one for ES256. */
export async function signingKeys(): Promise<JWK[]> {
  const generate = promisify(generateKeyPair)
  const pairs = await Promise.all([generate('rsa', { modulusLength: 2048 }), generate('ec', { namedCurve: 'P-256' })])
  return pairs.map(({ privateKey }) => ({ ...privateKey.export({ format: 'jwk' }), use: 'sig' }))
}
