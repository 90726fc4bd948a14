import type { RequestHandler } from 'express'

/**
 * Headers of every page: nothing but the application's own style sheet, and pictures from where its users have them. No page is kept,
 * so that "back" after signing out shows nothing of the user who was there.
 * @param providerOrigins of identity providers that are not on https
 */
export function pageHeaders(providerOrigins: readonly string[]): RequestHandler {
  const elsewhere = `'self' https: ${providerOrigins.join(' ')}`
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `img-src ${elsewhere}`,
    // The form that adds an account is redirected to the provider, and Chromium holds redirects after a form to this, too.
    `form-action ${elsewhere}`,
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
