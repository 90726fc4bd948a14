import type { Response } from './host.js'

/** Headers of every answer on authrouter's routes: nothing here may be kept by a cache or told to the next site. */
export function protect(res: Response): void {
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Referrer-Policy', 'no-referrer')
  res.setHeader('X-Content-Type-Options', 'nosniff')
}

/** Sends the browser on. The body stays empty, so that express-session holds the headers back until its store has written. */
export function redirect(res: Response, status: 302 | 303, location: string): void {
  res.statusCode = status
  res.setHeader('Location', location)
  res.setHeader('Content-Length', '0')
  res.end()
}

export function sendJson(res: Response, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', String(Buffer.byteLength(text)))
  res.end(text)
}

export function sendPage(res: Response, status: number, { html, headers }: { html: string; headers: Record<string, string> }): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('Content-Length', String(Buffer.byteLength(html)))
  res.end(html)
}
