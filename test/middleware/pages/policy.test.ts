import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { askPage } from '../../../middleware/pages/askPage.js'
import { confirmPage, errorPage, signInPage, type Page } from '../../../middleware/pages/pages.js'
import { sendPage } from '../../../middleware/pages/sendPage.js'
import { contents, directives, plainIcon, startTags } from './reading.js'

const everyPage = (): Page[] => [
  signInPage({
    providers: [
      { slug: 'one', title: 'One', url: '/auth/one', color: '#5865f2' },
      { slug: 'two', title: 'Two', url: '/auth/two', icon: plainIcon, fields: [{ name: 'shop', description: 'Name of the shop' }] },
    ],
    user: { name: 'Ada' },
  }),
  signInPage({ providers: [] }),
  errorPage({ status: 403, code: 'access_denied', message: 'You stopped the sign-in.', homeUrl: '/' }),
  confirmPage({ action: '/auth/one', heading: 'Sign in?', text: 'A link wants it.', button: 'Sign in', cancelUrl: '/' }),
  askPage({
    action: '/auth/one',
    heading: 'Sign in with One',
    text: 'Another site sent you here.',
    fields: [{ name: 'shop', description: 'Name of the shop', example: 'acme', value: '"><script>alert(1)</script>', isWrong: true }],
    carried: { returnTo: '/a' },
    cancelUrl: '/',
  }),
  sendPage({ action: '/auth/one/callback', fields: { code: 'c', state: 's' }, title: 'Finishing sign-in' }),
]

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

describe('every page', () => {
  test('allows its own style by the hash of the very text, and no other', () => {
    for (const page of everyPage()) {
      const [style = '', ...others] = contents(page, 'style')
      expect(others).toEqual([])
      expect(directives(page)['style-src']).toBe(hash(style))
    }
  })

  test('runs no script, but for the one of the repost page, by its hash', () => {
    const pages = everyPage()
    const repost = pages.pop()
    for (const page of pages) {
      expect(contents(page, 'script')).toEqual([])
      expect(directives(page)).not.toHaveProperty('script-src')
    }
    const [script = '', ...others] = repost === undefined ? [] : contents(repost, 'script')
    expect(others).toEqual([])
    expect(script).toContain('submit')
    expect(repost && directives(repost)['script-src']).toBe(hash(script))
  })

  test('starts from a policy of nothing, cannot be framed and keeps no base', () => {
    for (const page of everyPage()) {
      const hasForm = page.html.includes('<form')
      expect(directives(page)).toMatchObject({
        'default-src': "'none'",
        'base-uri': "'none'",
        'frame-ancestors': "'none'",
        'form-action': hasForm ? 'https: http:' : "'none'",
      })
      expect(page.headers['Content-Security-Policy']).not.toMatch(/unsafe|\*|data:/)
    }
  })

  test('has the other headers', () => {
    for (const { headers } of everyPage()) {
      expect(headers).toMatchObject({
        'Content-Type': 'text/html; charset=utf-8',
        'X-Frame-Options': 'DENY',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
      })
    }
  })

  test('loads nothing: no source, no stylesheet, no import, no event handler, no style attribute', () => {
    for (const page of everyPage()) {
      expect(page.html).not.toMatch(/https?:|\bsrc\s*=|<link|@import|url\(|<(?:iframe|img|object|embed)|http-equiv/i)
      for (const tag of startTags(page.html)) expect(tag).not.toMatch(/\s(?:on\w+|style)\s*=/i)
    }
  })

  test('is a whole document with a language, a title, a viewport, one main part and one heading', () => {
    for (const { html } of everyPage()) {
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>[^<]+<\/title>/)
      expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
      for (const element of ['main', 'h1']) expect(html.match(new RegExp(`<${element}[ >]`, 'g'))).toHaveLength(1)
      for (const element of ['a', 'p', 'ul', 'li', 'form', 'button', 'div', 'span', 'svg', 'bdi', 'b']) {
        const open = html.match(new RegExp(`<${element}[ >]`, 'g')) ?? []
        expect(html.match(new RegExp(`</${element}>`, 'g')) ?? []).toHaveLength(open.length)
      }
    }
  })

  test('keeps its origin on a form, and only there', () => {
    for (const { html } of everyPage()) {
      expect(html.includes('<meta name="referrer" content="same-origin">')).toBe(html.includes('<form'))
    }
  })
})
