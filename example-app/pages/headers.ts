import type { RequestHandler } from 'express'

/**
 * Headers of every page: nothing but the application's own style sheet, and pictures from where its users have them. No page is kept,
 * so that "back" after signing out shows nothing of the user who was there.
 */
export function pageHeaders({ pictureOrigins }: { pictureOrigins: readonly string[] }): RequestHandler {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `img-src 'self' https: ${pictureOrigins.join(' ')}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return (_req, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    next()
  }
}
