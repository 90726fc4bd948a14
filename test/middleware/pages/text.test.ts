import { describe, expect, test } from '@jest/globals'
import { displayText, escapeHtml, linkUrl } from '../../../middleware/pages/html.js'
import { confirmPage, errorPage, signInPage, type Page } from '../../../middleware/pages/pages.js'
import { sendPage } from '../../../middleware/pages/sendPage.js'
import { startTags, unescape } from './reading.js'

const payloads = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'><script>alert(1)</script>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</textarea><script>alert(1)</script>',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<math><a xlink:href="javascript:alert(1)">x</a></math>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<base href="//evil.example/">',
  '<meta http-equiv="refresh" content="0;url=//evil.example/">',
  '<link rel="stylesheet" href="//evil.example/x.css">',
  '<form action="//evil.example/"><input name="code">',
  '<button formaction="//evil.example/">x</button>',
  '" onmouseover="alert(1)',
  "' onfocus='alert(1)' autofocus='",
  '` onclick=`alert(1)',
  'x" style="background:url(//evil.example/)',
  'javascript:alert(1)',
  ' \tJaVa\nScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;&#x22;',
  '\u0000<\u0000script>\u2028alert(1)\u202e</script\r\n>',
]

/** Every page with `text` in each place that takes a text from outside. */
function pagesWith(text: string): Page[] {
  return [
    signInPage({
      title: text,
      providers: [{ slug: text, title: text, url: text, color: text, icon: text }],
      user: { name: text },
      returnTo: text,
    }),
    signInPage({ providers: [{ slug: text, title: '', url: `/auth/x?${text}` }] }),
    errorPage({ status: 400, code: text, message: text, provider: text, startAgain: { url: text, label: text }, homeUrl: text }),
    confirmPage({ action: text, heading: text, text, button: text, fields: { [text]: text }, cancelUrl: text }),
    sendPage({ action: text, fields: { [text]: text }, title: text }),
  ]
}

/** The tags of a document as their names and the names of their attributes: what an injected text would change. */
function skeleton(page: Page): string[] {
  return startTags(page.html).map((tag) => tag.replace(/="[^"]*"/g, ''))
}

describe('text from outside', () => {
  const harmless = pagesWith('harmless').map(skeleton)

  test('there are thirty payloads', () => {
    expect(new Set(payloads).size).toBe(30)
  })

  test.each(payloads)('changes no element and no attribute: %j', (payload) => {
    pagesWith(payload).forEach((page, index) => {
      // The default title stands in for one that is empty once it is trimmed; no payload is.
      expect(skeleton(page)).toEqual(harmless[index])
    })
  })

  test.each(payloads)('makes no link or form with another scheme: %j', (payload) => {
    const targets = pagesWith(payload).flatMap(({ html }) => [...html.matchAll(/(?:href|action)="([^"]*)"/g)])
    expect(targets.length).toBeGreaterThanOrEqual(7)
    for (const [, target = ''] of targets) {
      expect(new URL(unescape(target), 'https://app.example/auth/').protocol).toMatch(/^https?:$/)
    }
  })

  test('is escaped so that a browser reads the same text again', () => {
    for (const payload of payloads) {
      expect(escapeHtml(payload)).not.toMatch(/[<>"'`\r]/)
      expect(unescape(escapeHtml(payload))).toBe(payload)
    }
  })

  test('is shown on one line, without control characters, cut to its length', () => {
    expect(displayText(' a\r\n\tb\u0000\u0085c\u2028d ')).toBe('a b c d')
    expect(displayText('abc\u202edef\u2066')).toBe('abcdef')
    expect(displayText('x'.repeat(81))).toBe(`${'x'.repeat(80)}…`)
    expect(displayText('x'.repeat(80))).toBe('x'.repeat(80))
    expect(displayText('ab😀', 3)).toBe('ab…')
    expect(displayText('a\ud800b')).toBe('a\ufffdb')
    expect(displayText('<'.repeat(5_000_000), 3)).toBe('&lt;&lt;&lt;…')
  })

  test('an error of four kilobytes makes a page of its usual size', () => {
    const sizes = [10, 4096].map(
      (length) =>
        errorPage({
          status: 400,
          code: 'x'.repeat(length),
          message: '<'.repeat(length),
          homeUrl: '/',
        }).html.length,
    )
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBeLessThan(3000)
  })

  test('the names of object members are no headings', () => {
    for (const code of ['constructor', '__proto__', 'toString']) {
      expect(errorPage({ status: 418, code, message: 'm', homeUrl: '/' }).html).toContain('<h1>Something went wrong</h1>')
    }
  })
})

describe('links', () => {
  test('stay as they are when they are http, https or relative', () => {
    for (const url of ['/', '/auth/x?a=1', 'https://app.example/', 'http://127.0.0.1:3000/a', '?x=y', 'callback']) {
      expect(linkUrl(url)).toBe(url)
    }
    expect(linkUrl('/a?b=1&c="')).toBe('/a?b=1&amp;c=&quot;')
  })

  test('become the root when their scheme is another one or they cannot be parsed', () => {
    for (const url of [
      'javascript:alert(1)',
      '\u0001 javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'blob:https://app.example/x',
      'file:///x',
      'http://[',
      'ftp://x.example/',
    ]) {
      expect(linkUrl(url)).toBe('/')
    }
  })
})
