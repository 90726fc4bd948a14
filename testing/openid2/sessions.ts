import type { Context, Session } from './context.js'

/** Finds who is signed in, by the header `Cookie` of the request. */
export function findSession(context: Context, cookies: string): Session | undefined {
  const name = cookieName(context)
  const own = cookies.split(/; */).find((pair) => pair.startsWith(`${name}=`))
  return own === undefined ? undefined : context.sessions.find(own.slice(name.length + 1))
}

/** Keeps who is signed in; returns the header `Set-Cookie` that the browser knows them by. */
export function keepSession(context: Context, session: Session): string {
  return `${cookieName(context)}=${context.sessions.keep(session)}; Path=/; HttpOnly; SameSite=Lax`
}

/** With the port, because browsers send the cookies of a host to all of its ports. */
function cookieName({ origin }: Context): string {
  return `openid2-${new URL(origin).port}`
}
