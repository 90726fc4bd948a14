import { AuthError } from '../../lib/base/errors.js'
import { createApiClient, type ApiClient } from '../../lib/client/apiClient.js'
import { createCredentials, type Credentials } from '../../lib/client/credentials.js'
import type { Introspection, IntrospectionOptions } from '../../lib/endpoints/introspection.js'
import type { Ask, Context, Registration } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import { openCredentials, sealerOf, unreadable } from '../../lib/tokens/sealedCredentials.js'
import { readTokens } from '../../lib/tokens/tokens.js'
import type { UserId } from '../../lib/stores/userStore.js'
import type { TokenAccess } from '../../lib/tokens/tokenSource.js'
import { readGrant, type GrantOptions } from '../tokens/grants/grantOptions.js'
import { ownAccess } from '../tokens/grants/ownAccess.js'
import { keysOfUser } from '../accounts/users.js'
import { forgetUser } from '../logout/forgetUser.js'
import type { Engine } from '../core/engine.js'
import { endEverywhere } from '../sessions/userSessions.js'
import { tellOfTokens } from '../core/events.js'
import { revokeInBackground } from '../tokens/removeTokens.js'
import { tokenRecordAt } from '../tokens/records.js'
import { markRefused, userRecordAt } from '../tokens/userTokens.js'
import { checkAccess } from '../login/unavailable.js'
import { contextOf, configuredUrl } from '../core/requestContext.js'
import type { DeviceLogin, DeviceOptions } from './device.js'
import { type UserAccess, userClient } from './userClient.js'

/** What there is beyond a request: clients and credentials for jobs and scripts. */
export interface Beyond {
  /**
   * An API client without a request: for a job, a script, another process.
   * @param slug of a configured or registered provider
   * @param access what `credentials.seal()` gave; tokens, `{ accessToken, refreshToken?, ... }`; a grant, whose tokens are fetched at the
   * first call, shared and refreshed: `{ grant: 'client_credentials' }` (RFC 6749 section 4.4), `{ grant: 'token_exchange', subjectToken }`
   * (RFC 8693) or `{ grant: 'jwt_bearer' }` (RFC 7523 section 2.1), each with `scope`, `resource` and `audience`; or `{ user: id, key? }`
   * for the account of a user of the application's, with `keepTokens: 'user'`
   * @throws AuthError `credentials_unreadable`, `unknown_provider`, `bad_request`, `config_invalid` for another grant, and for `user`
   * without `keepTokens: 'user'`; calls for a user: `not_linked`, `credentials_gone`
   */
  client: (slug: string, access: string | Tokens | GrantOptions | UserAccess) => ApiClient
  /**
   * Opens sealed credentials.
   * @throws AuthError `credentials_unreadable` for text that is damaged, foreign or of a version to come, or whose provider is not here
   */
  credentials: (text: string) => Credentials
  /**
   * Signs a user out everywhere, in all browsers, at the next request of each. Needs the option `tokenStore`.
   * @param userKey `authUser.key`
   * @returns how many sessions there were
   * @throws AuthError `config_invalid` without a token store; `store_unavailable`
   */
  logoutEverywhere: (userKey: string) => Promise<number>
  /**
   * Deletes a user of the `userStore`, signs them out in every browser, and revokes their tokens. Needs the options `userStore` and
   * `tokenStore`.
   * @param userId id of the application's row
   * @throws AuthError `config_invalid` without these stores; `store_unavailable`
   */
  forget: (userId: UserId) => Promise<void>
  /**
   * Signs the user of a command-line tool in (RFC 8628): `onCode` shows a code, the user types it in any browser, and the promise resolves.
   * There is no session: keep `client.credentials.seal()` for the next time. `onLogin` is not called.
   * @throws AuthError `access_denied`; `state_expired` when nobody typed the code in time; `config_invalid` where the provider has no device
   * authorization endpoint; `bad_request`, `unknown_provider`, `idtoken_invalid`, `provider_error`, `provider_bad_response`,
   * `provider_timeout`, and what `onCode` throws. The signal's reason when it aborts
   */
  device: (slug: string, options: DeviceOptions) => Promise<DeviceLogin>
  /**
   * Asks a provider what a token is worth (RFC 7662).
   * @throws AuthError `config_invalid` where the provider has no introspection endpoint; `provider_error`, `provider_bad_response`, `provider_timeout`
   */
  introspect: (slug: string, token: string, options?: IntrospectionOptions) => Promise<Introspection>
}

export function createApi(engine: Engine): Beyond {
  return {
    client(slug, access) {
      checkAccess(slug, access)
      if (typeof access === 'string') {
        if (!engine.registration(slug)) configured(engine, slug)
        const { context, held, user } = opened(engine, access, slug)
        return createApiClient(context, held, user)
      }
      if ('user' in access && !('accessToken' in access)) {
        if (!engine.registration(slug)) configured(engine, slug)
        return userClient(engine, slug, access)
      }
      const context = contextOf(engine, configured(engine, slug), configuredUrl(engine))
      if ('grant' in access) return createApiClient(context, ownAccess(engine, context, readGrant(context, access)))
      const tokens = readTokens(access)
      if (!tokens)
        throw new AuthError(
          'bad_request',
          "auth.client takes sealed credentials, tokens with an accessToken, or { grant: 'client_credentials' }.",
          { provider: slug },
        )
      return createApiClient(context, heldAccess(engine, context, { tokens }))
    },
    credentials(text) {
      const { context, held } = opened(engine, text)
      return createCredentials(context, held)
    },
    async device(slug, options) {
      const context = contextOf(engine, configured(engine, slug), configuredUrl(engine))
      const { signInDevice } = await import('./device.js')
      const { user, tokens } = await signInDevice(context, options)
      if (!tokens) throw new AuthError('provider_bad_response', 'The provider gave no tokens.', { provider: slug })
      return { user, client: createApiClient(context, heldAccess(engine, context, { tokens, user }), user) }
    },
    logoutEverywhere: async (userKey) => await endEverywhere(engine, await keysOfUser(engine, [userKey])),
    forget: (userId) => forgetUser(engine, userId),
    introspect(slug, token, options) {
      const context = contextOf(engine, configured(engine, slug), configuredUrl(engine))
      return import('../../lib/endpoints/introspection.js').then(({ introspect }) => introspect(context, token, options))
    },
  }
}

function opened(
  engine: Engine,
  text: string,
  wanted?: string,
): { context: ClientContext; held: TokenAccess; user: Partial<AuthUser> | undefined } {
  const { slug, binding, tokens, recordName, userId, parameters, user } = openCredentials(engine.sealer, text)
  const entry = engine.registration(slug)
  const registration = entry?.ask ? chosenAtOnce(entry, entry.ask, parameters) : entry
  // Tokens of one client must not be sent in the name of another, nor to another provider.
  if (!registration || !isBoundTo(binding, registration) || (wanted !== undefined && wanted !== slug)) throw unreadable(wanted ?? slug)
  const context = contextOf(engine, registration, configuredUrl(engine))
  return { context, held: heldAccess(engine, context, { tokens, recordName, userId, user }), user }
}

/** The registration of what was chosen, for a client that is made without waiting. */
function chosenAtOnce({ slug }: Registration, ask: Ask, parameters: Readonly<Record<string, string>> = {}): Registration | undefined {
  const read = ask.read(parameters)
  if (!('chosen' in read)) return undefined
  const found = ask.registrationFor(read.chosen, 'account')
  if (!(found instanceof Promise)) return found
  // Nobody waits for it: the answer is kept for the next time.
  found.catch(() => undefined)
  throw new AuthError(
    'config_invalid',
    `providers.${slug}.client(parameters) answers a promise, and a client without a request cannot wait for it: answer at once.`,
    { provider: slug },
  )
}

interface HeldTokens {
  tokens: Tokens
  recordName?: string | undefined
  userId?: UserId | undefined
  user?: Partial<AuthUser> | undefined
}

/** Access by tokens that live as long as their client, and in the token store where they came from one. */
function heldAccess(engine: Engine, context: Context, { tokens, recordName, userId, user }: HeldTokens): TokenAccess {
  const { slug } = context
  const sessionRecord = recordName === undefined ? undefined : tokenRecordAt(engine, context, recordName)
  const tokenRecord = userId === undefined || user?.key === undefined ? sessionRecord : userRecordAt(engine, context, user.key, userId)
  let current: Tokens | undefined = tokens
  let loaded: Promise<void> | undefined
  return {
    source: {
      current: () => current,
      // The text was sealed some time ago; the store knows what the tokens have become, and whether the person has signed out since.
      load:
        tokenRecord
        && (() =>
          (loaded ??= tokenRecord.read().then(
            (kept) => {
              current = kept?.tokens
            },
            (error: unknown) => {
              loaded = undefined
              throw error
            },
          ))),
      async save(changed) {
        current = changed
        if (!changed) await tokenRecord?.markRevoked()
      },
    },
    record: tokenRecord,
    onRefreshed: (refreshed, previous) => tellOfTokens(engine, { slug, user, tokens: refreshed, previous }, { isStored: false }),
    onOrphaned: (refreshed) => {
      revokeInBackground(engine, context, refreshed)
    },
    // Of a user's account it counts for every job and session.
    onRefused:
      userId !== undefined && user && tokenRecord
        ? markRefused(engine, tokenRecord, { user, slug }, (marked) => (current = marked))
        : undefined,
    seal: sealerOf(engine.sealer, context, { recordName, userId, user }),
  }
}

function configured(engine: Engine, slug: string): Registration {
  const registration = engine.registration(slug)
  if (registration?.ask) {
    throw new AuthError('config_invalid', `Users choose whom "${slug}" talks to: give what credentials.seal() gave for one of them.`, {
      provider: slug,
    })
  }
  if (registration) return registration
  throw new AuthError(
    'unknown_provider',
    `There is no provider "${slug}" here. One that is looked up for each request has to be added with auth.register first.`,
    { provider: slug },
  )
}
