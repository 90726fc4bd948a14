import { createHash } from 'node:crypto'
import { displayText } from './html.js'
import { pageStyle } from './style.js'

/** A complete HTML document and the headers that belong to it. */
export interface Page {
  html: string
  headers: Record<string, string>
}

// Made by the first page: loading the package needs none.
let styleSource: string | undefined

/**
 * A whole document around the content of one card, with a Content-Security-Policy that allows what is in it and nothing else.
 * @param page `title` as plain text; `content` as HTML; `hasForm` for a page whose form may be sent; `script` as the text of its
 *   one inline script
 */
export function layOutPage(page: { title: string; content: string; hasForm?: boolean; script?: string }): Page {
  return {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${displayText(page.title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${page.hasForm ? sameOriginReferrer : ''}<style>${pageStyle}</style>
</head>
<body>
<main>
${page.content}
</main>${page.script === undefined ? '' : `\n<script>${page.script}</script>`}
</body>
</html>
`,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(page),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    },
  }
}

// Under "no-referrer" a browser sends "Origin: null" with a form (Fetch Standard, "append a request Origin header"), and the POST
// could not be told from one that another site started. This keeps the origin on requests to ourselves; others get no referrer.
const sameOriginReferrer = '<meta name="referrer" content="same-origin">\n'

function contentSecurityPolicy(page: { hasForm?: boolean; script?: string }): string {
  return [
    "default-src 'none'",
    `style-src ${(styleSource ??= hashSource(pageStyle))}`,
    ...(page.script === undefined ? [] : [`script-src ${hashSource(page.script)}`]),
    // Chromium holds the redirects after a form to form-action as well: 'self' would stop the browser on its way to the provider,
    // or from the callback to an application on another origin. Where the form itself goes is written by us alone.
    `form-action ${page.hasForm ? 'https: http:' : "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
