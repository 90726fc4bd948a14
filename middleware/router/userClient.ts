import { AuthError } from '../../lib/base/errors.js'
import { type ApiClient, createApiClient } from '../../lib/client/apiClient.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import { sealerOf } from '../../lib/tokens/sealedCredentials.js'
import type { TokenAccess } from '../../lib/tokens/tokenSource.js'
import { isAccountOf, keysOf } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import { tellOfTokens } from '../core/events.js'
import { configuredUrl, contextOf } from '../core/requestContext.js'
import { touch, week } from '../tokens/loadTokens.js'
import { userRecordName } from '../tokens/records.js'
import { revokeInBackground } from '../tokens/removeTokens.js'
import { giveTo, markRefused, openUserAccount, type OpenedAccount, userRecordAt } from '../tokens/userTokens.js'
import { lateClient } from './lateClient.js'

/** Access to an account of one of the application's users, with `keepTokens: 'user'`. */
export interface UserAccess {
  /** Id of the user's row. */
  user: UserId
  /** `authUser.key` of one account; without it the one of this provider that the user signed in with, or linked, last. */
  key?: string
}

/**
 * An API client of a user's account, for work that no request asks for. The user is looked for at the first call, and the account's
 * tokens are read anew before each.
 * @throws AuthError `config_invalid` without `keepTokens: 'user'`; `bad_request` for an id that is none. The calls: `not_linked` where
 * there is no such user, or no such account of theirs; `credentials_gone` once it has been unlinked
 */
export function userClient(engine: Engine, slug: string, access: UserAccess): ApiClient {
  if (engine.settings.keepTokens !== 'user')
    throw new AuthError(
      'config_invalid',
      `auth.client('${slug}', { user }) needs the option keepTokens: 'user', with which tokens outlive sessions.`,
      {
        provider: slug,
      },
    )
  const { user, key } = access as { user: unknown; key?: unknown }
  if ((typeof user !== 'string' && typeof user !== 'number') || (key !== undefined && typeof key !== 'string'))
    throw new AuthError(
      'bad_request',
      `auth.client('${slug}', { user, key }) takes the id of the user's row, and perhaps authUser.key of one account.`,
      {
        provider: slug,
      },
    )
  return lateClient(slug, () => findClient(engine, slug, access))
}

async function findClient(engine: Engine, slug: string, { user: userId, key }: UserAccess): Promise<ApiClient> {
  const opened = await latestAccount(engine, slug, userId, key)
  const { account } = opened
  const { user } = account
  const entry = engine.registration(slug)
  const registration = entry && (await engine.choose(entry, account.parameters, 'account'))
  // Tokens of one client must not be sent in the name of another, nor to another provider.
  if (!registration || !isBoundTo(account.binding, registration))
    throw new AuthError(
      'credentials_gone',
      `The account belongs to another configuration of "${slug}": its user has to sign in with it again.`,
      {
        provider: slug,
      },
    )
  if (opened.userId !== String(userId)) await giveTo(engine, registration, opened, userId)
  const context = contextOf(engine, registration, configuredUrl(engine))
  return createApiClient(context, accessTo(engine, context, user, userId), user)
}

async function latestAccount(engine: Engine, slug: string, userId: UserId, key: string | undefined): Promise<OpenedAccount> {
  const { userStore } = engine.settings
  const keys = userStore && (await keysOf(userStore, userId))
  if (!userStore || !keys) throw new AuthError('not_linked', 'There is no such user.', { provider: slug })
  const asked = keys.filter((one) => (key === undefined ? isOf(slug, one) : one === key))
  const open = async (one: string): Promise<OpenedAccount | undefined> => {
    const found = await openUserAccount(engine, userRecordName(engine, one))
    // The user store has the last word on whose an account is.
    return found && (found.userId === String(userId) || (await isAccountOf(userStore, one, userId))) ? found : undefined
  }
  const opened = await Promise.all(asked.map(open))
  const latest = opened
    .filter((account) => account !== undefined)
    .sort((one, other) => loggedInAt(one) - loggedInAt(other))
    .at(-1)
  if (latest && isOf(slug, latest.account.user.key)) return latest
  throw new AuthError('not_linked', `This user has no account of "${slug}" with tokens: they have to sign in with it, or link it.`, {
    provider: slug,
  })
}

/** Whether a key is of an account of this slug: slugs hold neither of the two characters. */
function isOf(slug: string, key: string): boolean {
  return key.startsWith(`${slug}$`) || key.startsWith(`${slug}@`)
}

function loggedInAt({ account }: OpenedAccount): number {
  return Date.parse(account.user.loggedInAt) || 0
}

function accessTo(engine: Engine, context: ClientContext, user: AuthUser, userId: UserId): TokenAccess {
  const { slug } = context
  const { userStore } = engine.settings
  const record = userRecordAt(engine, context, user.key, userId)
  let current: Tokens | undefined
  return {
    source: {
      current: () => current,
      async load() {
        // A user whom the application has deleted has no access, and neither has who lost the account to another one.
        const [contents, isTheirs] = await Promise.all([record?.look(), userStore && isAccountOf(userStore, user.key, userId)])
        if (record && contents && contents.state !== 'absent') touch(engine, record, contents, week)
        current = isTheirs && record && contents?.kept ? (engine.refresher.pending(record.key) ?? contents.kept.tokens) : undefined
      },
      async save(changed) {
        current = changed
        if (!changed) await record?.markRevoked()
      },
    },
    record,
    onRefreshed: (tokens, previous) => tellOfTokens(engine, { slug, user, tokens, previous }, { isStored: false }),
    onOrphaned: (tokens) => {
      revokeInBackground(engine, context, tokens)
    },
    onRefused: record && markRefused(engine, record, { user, slug }, (marked) => (current = marked)),
    seal: sealerOf(engine.sealer, context, { recordName: userRecordName(engine, user.key), userId, user }),
  }
}
