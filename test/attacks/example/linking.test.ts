import { expect, test } from '@jest/globals'
import { onExample } from './example.js'

/** Cases 12 to 15, 19 and 20 of section A: who adds and removes accounts, and whose session it is afterwards. */

onExample((example) => {
  test('12: no other site adds an account, whichever way it tries', async () => {
    const { visitor, signIn, refuses, keysOfOwner, honest } = example()
    const victim = visitor()
    await signIn(victim, 'openid', 'ada-12')
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site, origin: 'https://evil.example' }
      await refuses(victim, '/auth/oauth2/link', 403, 'csrf', { method: 'POST', headers })
      await refuses(victim, '/auth/oauth2?mode=link', 403, 'csrf', { method: 'POST', headers })
      await refuses(victim, '/auth/oauth2', 403, 'csrf', { method: 'POST', headers })
      for (const destination of ['image', 'iframe', 'empty'])
        await refuses(victim, '/auth/oauth2?link=1', 403, 'csrf', { headers: { ...headers, 'sec-fetch-dest': destination } })
      // A link that the victim follows is asked about, by a page that goes nowhere by itself.
      const page = await victim.go('/auth/oauth2', { headers: { ...headers, 'sec-fetch-dest': 'document', accept: 'text/html' } })
      expect([page.status, page.location, page.setCookies]).toEqual([200, undefined, []])
      expect(page.body).toContain('action="/auth/oauth2/link"')
    }
    await refuses(victim, '/auth/oauth2/link', 403, 'csrf', { method: 'POST', headers: { 'sec-fetch-site': undefined, origin: 'null' } })
    await refuses(victim, '/auth/oauth2/link', 405, 'method_not_allowed')
    expect(await keysOfOwner('openid$ada-12')).toEqual(['openid$ada-12'])
    expect(honest.calls('/token')).toBe(1)
  })

  test("13: an authorization URL of an attacker's, which a signed-in victim follows, adds an account to neither", async () => {
    const { visitor, signIn, startLink, refuses, keysOfOwner } = example()
    const [attacker, victim] = [visitor(), visitor()]
    await signIn(attacker, 'openid', 'mallory-13')
    await signIn(victim, 'openid', 'ada-13')
    // The victim consents at the provider: whose account it is, and nothing of the attacker's session, comes back with the callback.
    const callback = await startLink(attacker, 'oauth2', 'victims-account-13')
    await refuses(victim, callback, 400, 'state_unknown')
    for (const name of ['session', 'sid', 'tx', 'linkTo', 'user'])
      await refuses(victim, `${callback}&${name}=${encodeURIComponent([...attacker.jar().values()].join(' '))}`, 400, 'state_unknown')
    expect(await keysOfOwner('openid$mallory-13')).toEqual(['openid$mallory-13'])
    expect(await keysOfOwner('openid$ada-13')).toEqual(['openid$ada-13'])
    expect(await keysOfOwner('oauth2$victims-account-13')).toEqual([])
  })

  test('14: who signs out, or in as somebody else, while an account is being added has added nothing: user_mismatch', async () => {
    const { visitor, signIn, start, startLink, accounts, keysOfOwner, hostile } = example()
    const one = visitor()
    await signIn(one, 'openid', 'ada-14')
    const callback = await startLink(one, 'oauth2', 'eve-14')
    await one.go('/auth/logout', { method: 'POST' })
    expect((await one.go(callback)).json()).toMatchObject({ error: 'user_mismatch' })
    expect(await accounts(one)).toEqual([])

    const other = visitor()
    // Begun before anybody was signed in, so that it adds nothing and replaces whoever is there.
    const asGrace = await start(other, 'other', 'grace-14')
    await signIn(other, 'openid', 'ada-14')
    const link = await startLink(other, 'oauth2', 'eve-14')
    await other.go(asGrace)
    const answer = await other.go(link)
    expect([answer.status, answer.json()]).toEqual([400, expect.objectContaining({ error: 'user_mismatch' })])
    expect(await accounts(other)).toEqual(['other$grace-14'])
    expect([await keysOfOwner('openid$ada-14'), await keysOfOwner('other$grace-14')]).toEqual([['openid$ada-14'], ['other$grace-14']])
    // One code was redeemed, that of the login.
    expect(hostile.calls('/token')).toBe(1)
  })

  test("15: an account that is another user's is link_conflict, stays where it is, and is told", async () => {
    const { visitor, signIn, startLink, accounts, keysOfOwner, rows, told } = example()
    const [owner, attacker] = [visitor(), visitor()]
    await signIn(owner, 'oauth2', 'ada-15')
    await signIn(attacker, 'openid', 'mallory-15')
    const answer = await attacker.go(await startLink(attacker, 'oauth2', 'ada-15'))
    expect([answer.status, answer.json()]).toEqual([409, expect.objectContaining({ error: 'link_conflict', retry: false })])
    expect([await accounts(attacker), await accounts(owner)]).toEqual([['openid$mallory-15'], ['oauth2$ada-15']])
    expect([await keysOfOwner('openid$mallory-15'), await keysOfOwner('oauth2$ada-15')]).toEqual([['openid$mallory-15'], ['oauth2$ada-15']])
    expect(await rows("SELECT user_id FROM identities WHERE key = 'oauth2$ada-15'")).toHaveLength(1)
    const [entry, ...more] = told('link_conflict')
    expect([more, entry]).toEqual([[], expect.stringMatching(/provider: 'oauth2'.* user: '[0-9a-f]{16}'.* account: '[0-9a-f]{16}'/)])
  })

  test('19: the last account stays, no other site removes one, and one that was removed signs in as nobody known', async () => {
    const { visitor, signIn, link, refuses, accounts, keysOfOwner, rows } = example()
    const victim = visitor()
    await signIn(victim, 'openid', 'ada-19')
    await refuses(victim, '/auth/openid/unlink', 409, 'last_method', { method: 'POST' })
    await link(victim, 'oauth2', 'ada-19')
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': undefined, origin: 'null' }])
      await refuses(victim, '/auth/oauth2/unlink', 403, 'csrf', { method: 'POST', headers })
    await refuses(victim, '/auth/oauth2/unlink', 405, 'method_not_allowed')
    const former = victim.copy()
    expect((await victim.go('/auth/oauth2/unlink', { method: 'POST' })).status).toBe(200)
    expect(await keysOfOwner('openid$ada-19')).toEqual(['openid$ada-19'])
    expect([await accounts(victim), await accounts(former)]).toEqual([['openid$ada-19'], []])
    // Whoever has that account at the provider is a new user, and not this one.
    await signIn(visitor(), 'oauth2', 'ada-19')
    const owners = await rows<{ user_id: string }>("SELECT DISTINCT user_id FROM identities WHERE key LIKE '%$ada-19'")
    expect(owners).toHaveLength(2)
  })

  test("20: a login that ends as another user takes nothing of the former one's, and is told", async () => {
    const { visitor, signIn, link, start, accounts, rows, told } = example()
    const browser = visitor()
    const asGrace = await start(browser, 'other', 'grace-20')
    await signIn(browser, 'openid', 'ada-20')
    await link(browser, 'oauth2', 'ada-20')
    const before = [...browser.jar()]
    const former = browser.copy()
    await browser.go(asGrace)
    expect(await accounts(browser)).toEqual(['other$grace-20'])
    const [session] = [...browser.jar()].filter(([name]) => before.some(([one]) => one === name))
    expect(before).not.toContainEqual(session)
    expect((await browser.go('/your-data', { headers: { accept: 'text/html' } })).body).not.toContain('ada-20')
    // The cookies of before are worth nothing.
    expect(await accounts(former)).toEqual([])
    expect((await former.go('/dashboard')).status).toBe(401)
    expect(await rows("SELECT DISTINCT user_id FROM identities WHERE key LIKE '%-20'")).toHaveLength(2)
    expect(told('user_switched')).toEqual([expect.stringMatching(/provider: 'other'.* user: '[0-9a-f]{16}'.* previous: '[0-9a-f]{16}'/)])
  })
})
