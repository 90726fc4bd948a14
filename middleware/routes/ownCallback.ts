import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { frozen } from '../../lib/base/freeze.js'
import type { Transaction } from '../../lib/model/login.js'
import type { CallbackOutcome } from '../core/callbackRuns.js'
import type { Engine } from '../core/engine.js'
import { tellOfError } from '../core/events.js'
import type { RequestContext } from '../core/requestContext.js'
import { pathBelowBase, pathOf, publicUrlOfRoute } from '../http/publicUrl.js'
import type { Reply } from '../http/reply.js'
import type { CallbackResult } from '../login/callbackOnce.js'
import { silentOutcome } from '../login/silent.js'
import { placeAfterLogin } from '../login/stepUp/wayBack.js'
import { findLogin, finishLogin, goTo, refusePrefetch } from './callback.js'
import { type ProviderRequest, receiveForProvider } from './receive.js'

/**
 * A callback on a route of the application's own: the same steps as on ours, of which the application answers the last.
 * @returns a reply where there is nothing to answer for it: the fields of a cross-site POST to post again, or a login that is finished
 * already
 * @throws AuthError for a request that cannot be a callback: `unknown_provider`, also at another path than the entry's; `bad_request`,
 * `method_not_allowed`, `too_large`, `store_unavailable`
 */
export async function ownCallback(engine: Engine, request: RequestContext, slug: string): Promise<Reply | CallbackOutcome> {
  publicUrlOfRoute(request.host, engine.settings)
  request.slug = slug
  const received = await receiveForProvider(engine, request, slug)
  requirePlace(received)
  refusePrefetch(received)
  return await outcomeOf(received)
}

async function outcomeOf(received: ProviderRequest): Promise<Reply | CallbackOutcome> {
  const { engine, request } = received
  const { slug: provider } = received.registration
  let transaction: Transaction | undefined
  try {
    const found = await findLogin(received)
    if ('reply' in found) return found.reply
    ;({ transaction } = found)
    const { result, isFirst, registration } = await finishLogin(found)
    if (!isFirst) return goTo(received, result.returnTo)
    // The handler calls the API as this user.
    request.registrations = new Map([...request.registrations, [userOf(result).key, registration]])
    const returnTo = placeAfterLogin(engine, request, found.transaction, result.returnTo)
    return { provider, returnTo, ...stateOf(transaction), user: userOf(result) }
  } catch (thrown) {
    const outcome = transaction && silentOutcome(engine, transaction, thrown)
    const error = outcome ?? asAuthError(thrown, 'hook_failed', 'Something went wrong on our side.')
    if (!outcome) tellOfError(engine, error, { host: request.host, slug: provider })
    return { provider, returnTo: request.returnTo ?? engine.settings.afterLogin, ...stateOf(transaction), error }
  }
}

function stateOf(transaction: Transaction | undefined): { state?: unknown } {
  return transaction?.state === undefined ? {} : { state: transaction.state }
}

/** The account that the login brought, which is the latest: also one that was added to another. */
function userOf({ record }: CallbackResult): NonNullable<CallbackOutcome['user']> {
  const account = Object.values(record.accounts).at(-1)
  if (!account) throw new Error('A login has ended without an account')
  return frozen(account.user)
}

/** A handler at another path would never be asked: the provider sends nobody there. */
function requirePlace({ engine: { settings }, request: { host }, registration: { slug, callbackPath } }: ProviderRequest): void {
  const path = pathOf(host.target).slice(host.mountPath.length)
  const ownPath = callbackPath ?? `${settings.path}/${slug}/callback`
  if ((callbackPath === undefined ? path : pathBelowBase(host.mountPath, path, settings.baseUrls)) === ownPath) return
  throw new AuthError(
    'unknown_provider',
    `This is not where the provider sends users back to: auth.callback('${slug}') answers at ${ownPath} only. Give its route that path, or `
      + `set callbackPath in providers.${slug} to the path of the route.`,
    { provider: slug },
  )
}
