import { asAuthError } from '../../lib/base/errors.js'
import type { Context } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { Engine } from '../core/engine.js'
import type { HostRequest } from '../http/host.js'
import { failureEvent } from '../core/logging.js'
import type { Account, SessionRecord } from '../core/sessionRecord.js'
import { contextOf, type RequestContext } from '../core/requestContext.js'
import { removeOf, tokenRecordOf } from './records.js'

/** Takes the tokens of accounts that a session no longer has out of the stores. */
export async function removeTokens(
  engine: Engine,
  host: HostRequest,
  left: SessionRecord | undefined,
  stays?: SessionRecord,
): Promise<void> {
  const kept = new Set(Object.values(stays?.accounts ?? {}).map(nameOf))
  const gone = Object.values(left?.accounts ?? {}).filter((account) => nameOf(account) !== undefined && !kept.has(nameOf(account)))
  await Promise.all(gone.map((account) => removeOf(engine, host, account)))
}

function nameOf({ tokenRecord, sessionTokenRecord: beside }: Account): string | undefined {
  return tokenRecord ?? beside
}

/**
 * Ends what a signed-out session could do: a refresh that is under way must not outlive it, and the tokens are revoked at the providers
 * that can (RFC 7009). The person does not wait for it, and it never fails the sign-out. An application that keeps tokens in its own
 * table decides about them itself.
 */
export function endAccess(engine: Engine, request: RequestContext, record: SessionRecord): void {
  const { settings, refresher } = engine
  if (settings.fetchToken) return
  for (const [key, account] of Object.entries(record.accounts)) {
    const registration = request.registrations.get(key)
    const tokens = request.tokens.get(key)?.tokens
    if (!registration || !tokens || account.keptBy === 'user') continue
    const context = contextOf(engine, registration, request.publicUrl)
    const tokenRecord = tokenRecordOf(engine, request.host, registration, account)
    engine.background(
      refresher.settled(registration, tokens, tokenRecord).then(async (newest) => {
        await tokenRecord?.remove()
        if (settings.revokeOnLogout) await revoke(engine, context, newest)
      }),
    )
  }
}

/** Revokes tokens that nobody can use any more. */
export function revokeInBackground(engine: Engine, context: Context, tokens: Tokens): void {
  engine.background(revoke(engine, context, tokens))
}

async function revoke(engine: Engine, context: Context, tokens: Tokens): Promise<void> {
  try {
    const { revokeTokens } = await import('../../lib/endpoints/revocation.js')
    if (await revokeTokens(context, tokens)) engine.log('info', { event: 'tokens_revoked', provider: context.slug })
  } catch (thrown) {
    const error = asAuthError(thrown, 'provider_error', 'The tokens could not be revoked at the provider.')
    engine.log('warn', { ...failureEvent('revocation_failed', error), provider: context.slug })
  }
}
