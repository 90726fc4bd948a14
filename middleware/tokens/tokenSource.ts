import type { Context } from '../../lib/model/context.js'
import type { SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import { sealerOf } from '../../lib/tokens/sealedCredentials.js'
import type { TokenAccess, TokenSource } from '../../lib/tokens/tokenSource.js'
import type { Engine } from '../core/engine.js'
import { tellOfTokens } from '../core/events.js'
import { presentRecord, type RequestContext, wholeRecord } from '../core/requestContext.js'
import { revokeInBackground } from './removeTokens.js'
import { recordNameOf, tableRecord, tokenRecordOf } from './records.js'
import { markRefused, userRecordAt } from './userTokens.js'

/** The access to one account of this request's session, and all that may happen to it. */
export function tokenAccessOf(engine: Engine, request: RequestContext, context: Context, key: string): TokenAccess {
  const { slug } = context
  const account = request.record?.accounts[key]
  const userId = account?.keptBy === 'user' ? request.record?.userId : undefined
  const ownRecord =
    account
    && (account.keptBy === 'user'
      ? userRecordAt(engine, context, account.user.key, userId)
      : tokenRecordOf(engine, request.host, context, account))
  const table = account && tableRecord(engine, request.host, slug, account)
  return {
    source: sessionSource(engine, request, key, ownRecord),
    record: table ?? ownRecord,
    onRefreshed: (tokens, previous) =>
      tellOfTokens(engine, { slug, user: account?.user, tokens, previous }, { isStored: table !== undefined }),
    onOrphaned: (tokens) => {
      revokeInBackground(engine, context, tokens)
    },
    onRefused:
      account?.keptBy === 'user' && ownRecord
        ? markRefused(engine, ownRecord, { user: account.user, slug }, (tokens) => request.tokens.set(key, { tokens }))
        : undefined,
    seal: sealerOf(engine.sealer, context, { recordName: account && recordNameOf(engine, account), userId, user: account?.user }),
  }
}

/** The tokens of one account as its session, and this request, hold them. */
function sessionSource(engine: Engine, request: RequestContext, key: string, ownRecord: SealedTokenRecord | undefined): TokenSource {
  return {
    current() {
      if (!presentRecord(engine, request)?.accounts[key]) return undefined
      const loaded = request.tokens.get(key)
      if (loaded?.error) throw loaded.error
      return loaded?.tokens
    },
    async save(tokens) {
      if (tokens && !presentRecord(engine, request)?.accounts[key]) return
      request.tokens.set(key, { tokens })
      if (!tokens) await ownRecord?.markRevoked()
      // Where the session itself holds the tokens, it is what has to be written.
      const record = presentRecord(engine, request)
      const held = record?.accounts[key]
      if (!record || !held?.tokens || (tokens && held.sessionTokenRecord !== undefined)) return
      const { tokens: _old, ...rest } = held
      request.record = { ...record, accounts: { ...record.accounts, [key]: tokens ? { ...rest, tokens } : rest } }
      await request.session.save(wholeRecord(request, request.record))
    },
  }
}
