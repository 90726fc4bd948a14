import type { Page } from './layout.js'

/**
 * An empty page that pages of one origin may show in a frame.
 * @param origin exact
 */
export function framedPage(origin: string): Page {
  return {
    html: '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Signed out</title>\n</html>\n',
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${origin}`,
    },
  }
}
