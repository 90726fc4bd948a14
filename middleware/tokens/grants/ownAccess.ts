import { sha256 } from '../../../lib/base/random.js'
import type { Context } from '../../../lib/model/context.js'
import type { OwnGrant, Target } from '../../../lib/model/grants/grants.js'
import type { Tokens } from '../../../lib/model/tokens.js'
import { bindingOf } from '../../../lib/tokens/binding.js'
import type { KeptTokens, TokenRecord } from '../../../lib/tokens/tokenRecord.js'
import { unfetched, type TokenAccess } from '../../../lib/tokens/tokenSource.js'
import type { Engine } from '../../core/engine.js'
import { tellOfTokens } from '../../core/events.js'
import { storeKey } from '../../core/sealedRecords.js'
import { removeAt, tokenRecordAt } from '../records.js'

/** Tokens that the application asks for by itself. */
export interface OwnTokens {
  grant: OwnGrant | (() => Promise<OwnGrant>)
  /** All that they depend on beside provider and client: who asks for the same shares them. */
  identity: Readonly<Record<string, unknown>> & { type: OwnGrant['type']; scope?: readonly string[] }
  /** Whether they stand for a user who may sign out: then they are kept in this process alone. */
  isUsers: boolean
}

/** Tokens that one process keeps at most; those that were written longest ago go first. */
const maxKept = 1_000

/** Access by a grant: tokens that are shared by all clients of this process and, where they are the application's own, of others with the same token store. */
export function ownAccess(engine: Engine, context: Context, own: OwnTokens): TokenAccess {
  const { grant, identity, isUsers } = own
  const { slug } = context
  const key = storeKey(engine.settings, 'client', `${slug}:${sha256(nameOf(context, identity))}`)
  const shared = isUsers ? undefined : tokenRecordAt(engine, context, key)
  const tokenRecord = startingEmpty(shared ?? memoryRecord(engine.ownTokens, key))
  let current: Tokens | undefined
  return {
    source: {
      current: () => current,
      async save(tokens) {
        current = tokens
        if (tokens) return
        engine.ownTokens.delete(key)
        if (shared) await removeAt(engine, key)
      },
    },
    record: tokenRecord,
    grant,
    accessTo: (target) => ownAccess(engine, context, ownTokensFor(own, target)),
    onRefreshed: (tokens, previous) =>
      tellOfTokens(engine, { slug, user: undefined, tokens, previous: previous === unfetched ? undefined : previous }, { isStored: false }),
  }
}

/** The same grant for another target. */
function ownTokensFor({ grant, identity, isUsers }: OwnTokens, { scope, resource }: Target): OwnTokens {
  const target = { ...(scope ? { scope } : {}), ...(resource ? { resource } : {}) }
  return {
    grant: typeof grant === 'function' ? async () => ({ ...(await grant()), ...target }) : { ...grant, ...target },
    identity: { ...identity, ...target },
    isUsers,
  }
}

/** Where tokens depend on scopes alone, the text by which the version before named its records. */
function nameOf(context: Context, { type, scope, ...identity }: OwnTokens['identity']): string {
  const more = type === 'client_credentials' && Object.keys(identity).length === 0 ? [] : [type, identity]
  return JSON.stringify([bindingOf(context), scope ?? null, ...more])
}

/** A record that is never signed out: where it is empty, its tokens are still to be fetched. */
function startingEmpty(tokenRecord: TokenRecord): TokenRecord {
  return { ...tokenRecord, read: async () => (await tokenRecord.read()) ?? { tokens: unfetched, version: 0 } }
}

/** The same for one process. */
function memoryRecord(kept: Map<string, KeptTokens>, key: string): TokenRecord {
  return {
    key,
    read: () => Promise.resolve(kept.get(key)),
    write: (tokens, version) => {
      kept.delete(key)
      kept.set(key, { tokens, version: version + 1 })
      for (const oldest of kept.keys()) {
        if (kept.size <= maxKept) break
        kept.delete(oldest)
      }
      return Promise.resolve(true)
    },
  }
}
