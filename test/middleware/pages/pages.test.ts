import { describe, expect, test } from '@jest/globals'
import { confirmPage, errorPage, signInPage } from '../../../middleware/pages/pages.js'
import { sendPage } from '../../../middleware/pages/sendPage.js'
import { contents, plainIcon, unescape } from './reading.js'

describe('the sign-in page', () => {
  const provider = { slug: 'one', title: 'One & Only', url: '/auth/one' }

  test('has a link for each provider, in order', () => {
    const { html } = signInPage({ providers: [provider, { slug: 'two', title: 'Two', url: '/auth/two' }] })
    const links = [...html.matchAll(/<a class="button provider" href="([^"]+)"/g)]
    expect(links.map(([, url]) => url)).toEqual(['/auth/one', '/auth/two'])
    expect(html).toContain('Continue with <b><bdi>One &amp; Only</bdi></b>')
    expect(html).toContain('<title>Sign in</title>')
  })

  test('takes returnTo to every provider', () => {
    const popup = { ...provider, url: '/auth/two?mode=popup' }
    const { html } = signInPage({ providers: [provider, popup], returnTo: '/a?b=c&d=é#\ud800' })
    expect(html).toContain('href="/auth/one?returnTo=%2Fa%3Fb%3Dc%26d%3D%C3%A9%23%EF%BF%BD"')
    expect(html).toContain('href="/auth/two?mode=popup&amp;returnTo=%2Fa')
  })

  test('says who is signed in', () => {
    expect(signInPage({ providers: [provider], user: { name: 'Ada Lovelace' } }).html).toContain(
      'Signed in as <b><bdi>Ada Lovelace</bdi></b>',
    )
    expect(signInPage({ providers: [provider] }).html).not.toContain('Signed in as')
  })

  test('says so when there is no provider', () => {
    const { html } = signInPage({ providers: [] })
    expect(html).toContain('There is no way to sign in here at the moment.')
    expect(html).not.toContain('<ul')
  })

  test('shows a plain icon as it is, and the first letter instead of any other', () => {
    const shown = signInPage({ providers: [{ ...provider, icon: ` ${plainIcon}\n` }] })
    expect(shown.html).toContain(`<span class="symbol">${plainIcon}</span>`)
    const refused = signInPage({ providers: [{ ...provider, icon: '<svg><script>alert(1)</script></svg>' }] })
    expect(refused.html).toContain('<span class="symbol">O</span>')
  })

  test('puts the brand colour behind the mark, and leaves out what is no hex colour', () => {
    const mark = (color: string): string => signInPage({ providers: [{ ...provider, color }] }).html
    expect(mark('#FEE500')).toContain(
      '<span class="mark black" aria-hidden="true">' + '<svg class="plate"><rect width="100%" height="100%" fill="#FEE500"/></svg>',
    )
    expect(mark('#333')).toContain('<span class="mark white"')
    for (const color of ['red', '#12345', '#1234567', 'url(#x)', '#fff"/>']) expect(mark(color)).not.toContain('plate"')
  })
})

describe('the error page', () => {
  test('says what happened, offers to start again, and gives the code in small print', () => {
    const { html } = errorPage({
      status: 400,
      code: 'state_expired',
      message: 'The sign-in was left open for too long.',
      provider: 'One',
      startAgain: { url: '/auth/one', label: 'Sign in again' },
      homeUrl: 'https://app.example/',
    })
    expect(html).toContain('<h1>Sign-in took too long</h1>')
    expect(html).toContain('The sign-in was left open for too long.')
    expect(html).toContain('Sign-in with <bdi>One</bdi>')
    expect(html).toContain('<a class="button strong" href="/auth/one">Sign in again</a>')
    expect(html).toContain('<a class="button quiet" href="https://app.example/">')
    expect(html).toContain('Error code: <code>state_expired</code>')
  })

  test('leads home when starting again cannot help', () => {
    const { html } = errorPage({ status: 403, code: 'login_refused', message: 'No.', homeUrl: '/' })
    expect(html).not.toContain('button strong')
    expect(html).toContain('<a class="button" href="/">')
  })

  test('has a heading for every status', () => {
    for (const status of [400, 401, 403, 404, 405, 409, 413, 418, 500, 502, 503, 504]) {
      expect(errorPage({ status, code: 'x', message: 'm', homeUrl: '/' }).html).toMatch(/<h1>[A-Z][^<]+<\/h1>/)
    }
  })
})

describe('the pages with a form', () => {
  test('the confirm page posts its fields and can be left', () => {
    const { html } = confirmPage({
      action: '/auth/one',
      heading: 'Sign in with One?',
      text: 'A link on another site wants it.',
      button: 'Continue',
      fields: { returnTo: '/a"b', csrf: 'token' },
      cancelUrl: '/home',
    })
    expect(html).toContain('<form method="post" action="/auth/one" autocomplete="off">')
    expect(html).toContain('<input type="hidden" name="returnTo" value="/a&quot;b">')
    expect(html).toContain('<input type="hidden" name="csrf" value="token">')
    expect(html).toContain('<button class="button strong">Continue</button>')
    expect(html).toContain('<a class="button quiet" href="/home">Cancel</a>')
    expect(html).not.toContain('autofocus')
  })

  test('the repost page sends every field unchanged, whatever its name or length, and has a button', () => {
    const user = '{"name":"é\r\n😀"}'
    const fields = { code: 'a b+c/=%', submit: 'x', action: 'y', user, id_token: 'x'.repeat(8192), '': 'empty' }
    const { html } = sendPage({ action: '/auth/apple/callback', fields, title: 'Finishing sign-in' })
    const found = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
    expect(found.map(([, name = '', value = '']) => [unescape(name), unescape(value)])).toEqual(Object.entries(fields))
    expect(html).toContain('<button class="button strong">Continue</button>')
    expect(html.match(/<form/g)).toHaveLength(1)
  })

  test('the repost page is sent even when a field hides the submit method of its form', () => {
    const [script] = contents(sendPage({ action: '/', fields: { submit: 'x' }, title: 'Finishing sign-in' }), 'script')
    expect(script).toBe('HTMLFormElement.prototype.submit.call(document.forms[0])')
  })
})
