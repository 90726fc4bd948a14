import type { RequestHandler } from 'express'

/**
 * Lets a form through only when a page of this application sent it, by what browsers say and no script can forge: Sec-Fetch-Site (Fetch
 * Metadata Request Headers) or, where a browser does not send it, Origin. authrouter's own routes look for themselves.
 */
export const fromOwnPages: RequestHandler = (req, res, next) => {
  const site = req.get('sec-fetch-site') ?? siteOf(req.get('origin'), req.get('host'))
  if (site === 'same-origin') next()
  else next(Object.assign(new Error('This form has to be sent from a page of this application.'), { status: 403 }))
}

function siteOf(origin: string | undefined, host: string | undefined): string {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host ? 'same-origin' : 'unknown'
}
