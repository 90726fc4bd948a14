import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { AuthUser, Client, Context, LoginFacts, Provider, RawProfile, RequestParameters, Tokens } from '../../lib/types.js'
import { addresses, readFixture, userOf, type Fixture } from './fixtures.js'

/**
 * What the tests of one provider's quirks ask for: files `<slug>.test.ts`, beside the fixtures.
 * Nothing here imports the catalogue or the configuration, so that each of those files starts at once.
 */

export const tokens: Tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }
export const client: Client = { clientId: 'example-client', clientSecret: 'example-client-secret' }
export const publicClient: Client = { clientId: 'example-client' }

export interface Quirks {
  fixture: Fixture
  /** The user of the fixture with changed answers: in claims and userinfo alike, and in the extra answers. */
  changedUser: (changes: RawProfile, extraRequests?: Fixture['extraRequests']) => AuthUser
  /** What the browser is sent to the provider with. */
  authorizationParameters: (changes?: Partial<Provider>) => Record<string, string>
  /** Every address of the entry, by its path in the entry. */
  addresses: (parameters: Record<string, string>) => Record<string, string>
}

export function quirksOf(slug: string, provider: Provider): Quirks {
  const fixture = readFixture(slug)
  return {
    fixture,
    changedUser: (changes, extraRequests) =>
      userOf(slug, provider, {
        ...fixture,
        ...(fixture.claims ? { claims: { ...fixture.claims, ...changes } } : {}),
        userinfo: { ...fixture.userinfo, ...changes },
        ...(extraRequests ? { extraRequests } : {}),
      }),
    authorizationParameters: (changes) => authorizationParameters({ ...provider, ...changes }),
    addresses: (parameters) => addresses(provider, parameters),
  }
}

/** The parameters of an authorization request to an entry of the catalogue. */
export function authorizationParameters(provider: Provider): Record<string, string> {
  const context = {
    provider: { ...provider, scope: provider.scope ?? [] },
    client: publicClient,
    redirectUri: 'https://app.example/callback',
  }
  return authorizationRequest(context as unknown as Context, {}, { withNonce: provider.protocol === 'oidc' && provider.nonce !== false })
    .parameters
}

/** What a hook is told of the login. */
export function facts(given: Partial<LoginFacts> = {}): LoginFacts {
  return { client: publicClient, response: {}, callback: {}, ...given }
}

/** The parameters that an entry adds to a request of its own: as they stand, or made of the login. */
export function requestParameters(
  parameters: RequestParameters | undefined,
  given: Partial<LoginFacts> = {},
): Record<string, string> | undefined {
  return typeof parameters === 'function' ? parameters(facts(given)) : parameters
}
