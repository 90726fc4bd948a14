import { describe, expect, test } from '@jest/globals'
import { askPage } from '../../../middleware/pages/askPage.js'
import { signInPage } from '../../../middleware/pages/pages.js'

const field = { name: 'shop', description: 'Name of the shop', example: 'acme' }
const options = { action: '/auth/one', heading: 'Sign in with One & Only', fields: [field], carried: { returnTo: '/a?b' }, cancelUrl: '/' }

describe('the page that asks', () => {
  test('has a labelled field for each parameter, and carries the rest', () => {
    const { html } = askPage({ ...options, fields: [field, { name: 'region', description: 'Region', value: 'eu' }] })

    expect(html).toContain('<h1 dir="auto">Sign in with One &amp; Only</h1>')
    expect(html).toMatch(/<label class="field"><span>Name of the shop<\/span><input name="shop" required [^>]*placeholder="acme"/)
    expect(html).toMatch(/<input name="region" required [^>]*value="eu"/)
    expect(html).toContain('<input type="hidden" name="returnTo" value="/a?b">')
    expect(html).not.toContain('aria-invalid="true"')
  })

  test('says what is wrong with what was typed, and shows it again', () => {
    const { html } = askPage({ ...options, fields: [{ ...field, value: '"><b>evil', isWrong: true }] })

    expect(html).toContain('<p class="problem" id="problem" role="alert">That cannot be used here.')
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;evil" placeholder="acme" aria-invalid="true" aria-describedby="problem"')
  })

  test('cuts what is longer than anybody types', () => {
    expect(askPage({ ...options, fields: [{ ...field, value: 'x'.repeat(8_000) }] }).html).not.toContain('x'.repeat(301))
  })
})

test('the sign-in page has the fields of a provider that asks, and takes returnTo along', () => {
  const shop = { slug: 'one', title: 'One', url: '/auth/one', fields: [field] }
  const { html } = signInPage({ providers: [shop, { slug: 'two', title: 'Two', url: '/auth/two' }], returnTo: '/a?b' })

  expect(html).toMatch(
    /<form class="asking" action="\/auth\/one">\n<input type="hidden" name="returnTo" value="\/a\?b">\n<label class="field">/,
  )
  expect(html).toMatch(/<button class="button provider">.*Continue with <b><bdi>One</)
  expect(html).not.toContain('href="/auth/one')
})
