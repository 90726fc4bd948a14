import { sha256 } from '../../../lib/base/random.js'
import type { Context } from '../../../lib/model/context.js'
import type { OwnGrant } from '../../../lib/model/grants/grants.js'
import type { Tokens } from '../../../lib/model/tokens.js'
import { bindingOf } from '../../../lib/tokens/binding.js'
import type { KeptTokens, TokenRecord } from '../../../lib/tokens/tokenRecord.js'
import { unfetched, type TokenAccess } from '../../../lib/tokens/tokenSource.js'
import type { Engine } from '../../core/engine.js'
import { tellOfTokens } from '../../core/events.js'
import { storeKey } from '../../core/sealedRecords.js'
import { removeAt, tokenRecordAt } from '../records.js'

/** Access of the application itself: tokens for each grant, shared by all clients of this process, and of others with the same token store. */
export function ownAccess(engine: Engine, context: Context, grant: OwnGrant): TokenAccess {
  const { slug } = context
  const key = storeKey(engine.settings, 'client', `${slug}:${sha256(identityOf(context, grant))}`)
  const tokenRecord = startingEmpty(tokenRecordAt(engine, context, key) ?? memoryRecord(engine.ownTokens, key))
  let current: Tokens | undefined
  return {
    source: {
      current: () => current,
      async save(tokens) {
        current = tokens
        if (tokens) return
        engine.ownTokens.delete(key)
        await removeAt(engine, key)
      },
    },
    record: tokenRecord,
    grant,
    onRefreshed: (tokens, previous) =>
      tellOfTokens(engine, { slug, user: undefined, tokens, previous: previous === unfetched ? undefined : previous }, { isStored: false }),
  }
}

/** All that an access token depends on. Where it is scopes alone, as text that names the records of the version before. */
function identityOf(context: Context, { type, scope, ...grant }: OwnGrant): string {
  const more = Object.keys(grant).length === 0 ? [] : [type, grant]
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
      kept.set(key, { tokens, version: version + 1 })
      return Promise.resolve(true)
    },
  }
}
