const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // An HTML parser turns a bare carriage return into a line feed; as a reference it survives in a form field.
  '\r': '&#13;',
}

/**
 * Text made safe for HTML content and for quoted attribute values.
 * @param text any text; it comes out as the same text once a browser has parsed it
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`\r]/g, (character) => entities[character] ?? character)
}

/**
 * Text from outside, ready to be read by a person: one line, no control characters, cut to a length, escaped.
 * @param text any text
 * @param limit the most UTF-16 code units that are shown; longer text ends in an ellipsis
 */
export function displayText(text: string, limit = 80): string {
  // Cut first: a text of a megabyte then costs no more than a short one.
  const line = text
    .slice(0, limit)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(bidirectionalControls, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return escapeHtml(line.toWellFormed()) + (text.length > limit ? '…' : '')
}

// Embeddings, overrides and isolates can make a name read backwards and reach into the words after it.
const bidirectionalControls = /[\u202a-\u202e\u2066-\u2069]/g

/**
 * A URL for `href` or `action`, escaped: `http`, `https` or relative; any other scheme (`javascript:`, `data:`) becomes `/`.
 * @param url absolute URL, or one relative to the page
 */
export function linkUrl(url: string): string {
  // The host is never used: it only lets a relative URL be parsed as a browser would parse it.
  const base = 'https://page.invalid/'
  const isWebLink = URL.canParse(url, base) && /^https?:$/.test(new URL(url, base).protocol)
  return escapeHtml(isWebLink ? url : '/')
}

/**
 * Hidden form fields, one for each entry, with names and values unchanged.
 * @param fields names and values
 */
export function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n')
}
