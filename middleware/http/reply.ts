import type { AuthError } from '../../lib/base/errors.js'

/** What one of our routes, guards or handlers answers. Cookies go through `ResponseCookies`, which can take them back until the headers leave. */
export interface Reply {
  status: number
  headers: Readonly<Record<string, string>>
  body: string | ReadableStream<Uint8Array>
  /** What the application is handed instead, where it answers failures itself (`errors: 'next'`). */
  error?: AuthError
}

/** Headers of every answer on authrouter's routes: nothing here may be kept by a cache or told to the next site. */
export const protection: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Sends the browser on. The body stays empty, so that express-session holds the headers back until its store has written. */
export function redirect(status: 302 | 303, location: string): Reply {
  return { status, headers: { Location: location, 'Content-Length': '0' }, body: '' }
}

export function json(status: number, value: unknown): Reply {
  return text(status, JSON.stringify(value), { 'Content-Type': 'application/json; charset=utf-8' })
}

export function page(status: number, { html, headers }: { html: string; headers: Record<string, string> }): Reply {
  return text(status, html, headers)
}

/** Goes on to `location`: a redirect for a browser, the address as JSON for a script. */
export function goOn(wantsJson: boolean, status: 302 | 303, location: string): Reply {
  return wantsJson ? json(200, { location }) : redirect(status, location)
}

function text(status: number, body: string, headers: Record<string, string>): Reply {
  return { status, headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body }
}
