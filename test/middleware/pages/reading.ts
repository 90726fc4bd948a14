import type { Page } from '../../../middleware/pages/pages.js'

/** An icon that the pages show as it is. */
export const plainIcon = '<svg viewBox="0 0 24 24"><title>Example</title><path d="M1 1h22v22z" fill="currentColor"/></svg>'

/** The start tags of a document, without the content of its style and script. */
export function startTags(html: string): string[] {
  const markup = html.replace(/<(style|script)>[^]*?<\/\1>/g, '<$1></$1>')
  return markup.match(/<[a-z!][^>]*>/gi) ?? []
}

/** The directives of a page's Content-Security-Policy with their sources. */
export function directives(page: Page): Record<string, string> {
  const policy = page.headers['Content-Security-Policy'] ?? ''
  return Object.fromEntries(
    policy.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources.join(' ')]
    }),
  )
}

/** The texts of all elements of a name. */
export function contents(page: Page, element: 'style' | 'script'): string[] {
  return [...page.html.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))].map(([, text = '']) => text)
}

/** Text as a browser reads it back out of an attribute of `escapeHtml`. */
export function unescape(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', '#13': '\r', amp: '&' }
  return text.replace(/&([a-z]+|#\d+);/g, (_, name: string) => characters[name] ?? '?')
}
