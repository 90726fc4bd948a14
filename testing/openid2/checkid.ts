import type { Reply } from '../http.js'
import { findPerson } from '../people.js'
import { errorAnswer, negativeAnswer, positiveAnswer } from './answer.js'
import type { Context, Session } from './context.js'
import type { Message } from './message.js'
import { chooserPage, textPage } from './pages.js'
import { listsReturnTo } from './relyingParty.js'
import { readAuthenticationRequest, type AuthenticationRequest } from './request.js'
import { findSession, keepSession } from './sessions.js'

/** Answers `checkid_setup` and `checkid_immediate` (OpenID Authentication 2.0 section 9). */
export async function answerCheckid(context: Context, message: Message, cookies: string): Promise<Reply> {
  const request = readAuthenticationRequest(message)
  if ('problem' in request) {
    if (request.returnTo !== undefined) return errorAnswer(context, request.returnTo, request.problem)
    return textPage(context, 400, 'This did not work', `Go back to the application. ${request.problem}`, request.problem)
  }
  if (context.verifyReturnTo && request.returnTo !== undefined && !(await listsReturnTo(request.realm, new URL(request.returnTo)))) {
    const problem = 'The application does not list the address that it asks to send you to.'
    return textPage(context, 403, 'This did not work', problem, problem)
  }
  const { signInAs: person, clock } = context
  if (person) return positiveAnswer(context, request, { person, time: clock() })
  if (request.isImmediate) return answerAtOnce(context, request, findSession(context, cookies))
  return chooserPage(context, request, context.pending.keep(request))
}

/** Takes what the person decided: `form` has `ticket`, and `person` or `deny`. */
export function decide(context: Context, form: URLSearchParams, cookies: string): Reply {
  const ticket = form.get('ticket') ?? ''
  const request = context.pending.find(ticket)
  if (!request) {
    const text = 'It was used already, or it is more than ten minutes old. Go back to the application and sign in from there again.'
    return textPage(context, 400, 'This sign-in link no longer works', text, 'unknown ticket')
  }
  const person = findPerson(form.get('person') ?? '')
  if (!form.has('deny') && !person) return textPage(context, 400, 'Nobody was chosen', 'Go back and choose who you are.')
  context.pending.take(ticket)
  if (form.has('deny') || !person) return negativeAnswer(context, request)

  const before = findSession(context, cookies)
  const allowed = new Set([...(before?.person === person ? before.allowed : []), ...consentsTo(request)])
  const session: Session = { person, time: context.clock(), allowed }
  const reply = positiveAnswer(context, request, session)
  return { ...reply, headers: { ...reply.headers, 'set-cookie': keepSession(context, session) } }
}

/** Says yes for somebody who is signed in, has allowed all of this before, and signed in lately enough. */
function answerAtOnce(context: Context, request: AuthenticationRequest, session: Session | undefined): Reply {
  if (!session || ![...consentsTo(request)].every((consent) => session.allowed.has(consent))) return negativeAnswer(context, request)
  const age = (context.clock() - session.time) / 1000
  const isFresh = request.extensions.every(({ maxAuthAge }) => maxAuthAge === undefined || age <= maxAuthAge)
  return isFresh ? positiveAnswer(context, request, session) : negativeAnswer(context, request)
}

/** What a person allows who says yes: that the realm knows who they are, and each thing that it asks for. */
function consentsTo({ realmText, extensions }: AuthenticationRequest): Set<string> {
  const wishes = ['know that it is you', ...extensions.flatMap(({ wishes }) => wishes)]
  return new Set(wishes.map((wish) => `${realmText} ${wish}`))
}
