import { whenUsed } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import type { Ask, Registration } from '../../lib/model/context.js'
import type { LoginOptions, Transaction } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { contextOf, requireCertainty, type RequestContext } from '../core/requestContext.js'
import type { Destination } from '../core/replies/goToProvider.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { linkDigest } from './linkTo.js'

const flow = whenUsed(() => import('../../lib/login.js'))

/** What a transaction keeps besides what the protocol and the options ask for. */
type Purpose = Pick<Transaction, 'stepUp' | 'resend' | 'linkTo'>

/**
 * The registration of what a user chose; the entry itself where it asks nothing.
 * @param given values by the parameter's name
 * @throws AuthError `bad_request` for what is missing or not allowed; what the application's `client(parameters)` throws
 */
export async function chosenRegistration(
  engine: Engine,
  entry: Registration,
  given: Readonly<Record<string, string>>,
): Promise<Registration> {
  const problem = entry.ask && problemOf(entry.ask, given)
  const chosen = problem ? undefined : await engine.choose(entry, given, 'visitor')
  if (chosen) return chosen
  throw new AuthError('bad_request', problem?.message ?? 'There is no sign-in for what was chosen.', { provider: entry.slug })
}

/** What is wrong with what a user chose, in words for a script; `undefined` where nothing is. */
export function problemOf(
  ask: Ask,
  given: Readonly<Record<string, string>>,
): { name: string; isMissing: boolean; message: string } | undefined {
  const read = ask.read(given)
  if ('chosen' in read) return undefined
  const isMissing = 'missing' in read
  const name = isMissing ? read.missing : read.refused
  const description = ask.parameters.find((parameter) => parameter.name === name)?.description ?? name
  return {
    name,
    isMissing,
    message: isMissing ? `Give the parameter ${name} (${description}).` : `The parameter ${name} cannot have that value (${description}).`,
  }
}

/**
 * Begins a login and remembers it for this browser.
 * @param purpose `stepUp` digest of what is asked of it; `resend` for a form that was not sent because of it; `linkTo` digest of whose session the account is added to
 * @returns where to send the browser
 */
export async function beginLogin(
  engine: Engine,
  request: RequestContext,
  registration: Registration,
  options: LoginOptions,
  purpose: Purpose = {},
): Promise<Destination> {
  const { transaction, ...destination } = await (await flow()).login(contextOf(engine, registration, request.publicUrl), options)
  await request.transactions.put({ ...transaction, ...purpose })
  engine.log('info', { event: 'login_started', provider: registration.slug })
  return destination
}

/**
 * The session that an account is to be added to.
 * @throws AuthError `login_required`; why it is not known who is signed in; `too_large` where it has no room for another account
 */
export function requireLinkable(request: RequestContext): SessionRecord {
  requireCertainty(request)
  const { record, session } = request
  if (!record) throw new AuthError('login_required', 'Sign in before you add an account.')
  session.requireRoom?.(record)
  return record
}

/**
 * Begins a login that adds an account to the signed-in user.
 * @throws AuthError what `requireLinkable` throws
 */
export async function beginLink(
  engine: Engine,
  request: RequestContext,
  registration: Registration,
  options: LoginOptions,
): Promise<Destination> {
  return await beginLogin(engine, request, registration, options, { linkTo: linkDigest(requireLinkable(request)) })
}
