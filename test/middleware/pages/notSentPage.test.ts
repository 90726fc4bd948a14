import { expect, test } from '@jest/globals'
import { notSentPage } from '../../../middleware/pages/notSentPage.js'

test('It says what happened, and has one link, to where the form was', () => {
  const { html, headers } = notSentPage({ url: '/transfer?a=1&b="><script>', isForm: true })
  expect(html).toContain('<h1>Sign-in confirmed</h1>')
  expect(html).toContain('Your form was not sent.')
  expect(html.match(/<a /g)).toHaveLength(1)
  expect(html).toContain('href="/transfer?a=1&amp;b=')
  expect(html).not.toContain('"><script>')
  expect(headers['Content-Security-Policy']).toContain("form-action 'none'")
})

test('Where nobody knows where the form was, it leads on', () => {
  expect(notSentPage({ url: '/', isForm: false }).html).toContain('href="/">Continue</a>')
})

test('A link that is none leads nowhere', () => {
  expect(notSentPage({ url: 'javascript:alert(1)', isForm: true }).html).not.toContain('javascript:')
})
