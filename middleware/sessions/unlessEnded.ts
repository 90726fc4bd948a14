import type { EndedSessions } from '../core/endedSessions.js'
import type { RequestContext } from '../core/requestContext.js'

/**
 * Takes back what a response says of its session, should that have ended by the time the headers leave: a sign-out, or another sign-in,
 * of another request was quicker (rule R13).
 * @param salt of the session's record
 * @param takeBack removes it from the response
 */
export function unlessEnded(request: RequestContext, ended: EndedSessions, salt: string, takeBack: () => void): void {
  request.host.cookies.beforeSent(() => {
    // A request that has itself signed out, or in anew, has the last word.
    if (request.record?.salt === salt && ended.has(salt)) takeBack()
  })
}
