import type { Context } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import { sealCredentials } from '../../lib/tokens/sealedCredentials.js'
import type { TokenSource } from '../../lib/tokens/tokenSource.js'
import type { Engine } from '../core/engine.js'
import { tellOfTokens } from '../core/events.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { presentRecord, type RequestContext } from '../core/requestContext.js'
import { revokeInBackground } from './removeTokens.js'
import { tableRecord, tokenRecordOf } from './records.js'

/** The tokens of one account of this request's session, and all that may happen to them. */
export function tokenSourceOf(engine: Engine, request: RequestContext, context: Context): TokenSource {
  const { slug } = context
  const current = (): SessionRecord | undefined => presentRecord(engine, request)
  const account = request.record?.accounts[slug]
  const ownRecord = account && tokenRecordOf(engine, request.host, context, account)
  const table = account && tableRecord(engine, request.host, slug, account)

  /** Where the session itself holds the tokens, it is what has to be written. */
  async function keepInSession(tokens: Tokens | undefined): Promise<void> {
    const record = current()
    const held = record?.accounts[slug]
    if (!record || !held?.tokens || (tokens && held.sessionTokenRecord !== undefined)) return
    const { tokens: _old, ...rest } = held
    request.record = { ...record, accounts: { ...record.accounts, [slug]: tokens ? { ...rest, tokens } : rest } }
    await request.session.save(request.record)
  }

  return {
    read() {
      if (!current()?.accounts[slug]) return undefined
      const loaded = request.tokens.get(slug)
      if (loaded?.error) throw loaded.error
      return loaded?.tokens
    },
    async write(tokens) {
      if (!current()?.accounts[slug]) return
      request.tokens.set(slug, { tokens })
      await keepInSession(tokens)
    },
    async forget() {
      request.tokens.set(slug, {})
      await ownRecord?.markRevoked()
      await keepInSession(undefined)
    },
    record: table ?? ownRecord,
    onRefreshed: (tokens, previous) => tellOfTokens(engine, { slug, user: account?.user, tokens, previous }, { isStored: table !== undefined }),
    onOrphaned: (tokens) => { revokeInBackground(engine, context, tokens) },
    seal: (tokens) => sealCredentials(engine.sealer, {
      slug,
      binding: bindingOf(context),
      tokens,
      ...(account?.tokenRecord === undefined ? {} : { recordName: account.tokenRecord }),
      ...(account ? { user: account.user } : {}),
    }),
  }
}
