import { expect, test } from '@jest/globals'
import { onExample } from './example.js'

/** Cases 1 to 11 of section A: a login ends in the browser that began it, as it began, and begins at its user's own wish. */

onExample((example, storage) => {
  test("1: an attacker's callback, opened by a victim who has no login under way, is state_unknown", async () => {
    const { visitor, start, refuses, accounts } = example()
    const [attacker, victim] = [visitor(), visitor()]
    await refuses(victim, await start(attacker, 'openid', 'mallory-1'), 400, 'state_unknown')
    expect(await accounts(victim)).toEqual([])
  })

  test("2: an attacker's callback beside a login of the victim's own is state_mismatch, and that login goes on", async () => {
    const { visitor, start, refuses, accounts } = example()
    const [attacker, victim] = [visitor(), visitor()]
    const own = await start(victim, 'openid', 'ada-2')
    await refuses(victim, await start(attacker, 'openid', 'mallory-2'), 400, 'state_mismatch')
    await victim.go(own)
    expect(await accounts(victim)).toEqual(['openid$ada-2'])
  })

  test('3: no state and no cookie are no match: state_missing, for OAuth 1.0a without oauth_token too', async () => {
    const { visitor, refuses } = example()
    await refuses(visitor(), '/auth/openid/callback', 400, 'state_missing')
    await refuses(visitor(), '/auth/openid/callback?code=x', 400, 'state_missing')
    await refuses(visitor(), '/auth/oauth2/callback?code=x', 400, 'state_missing')
    await refuses(visitor(), '/auth/oauth1/callback?oauth_verifier=x', 400, 'state_missing')
  })

  test('4: an empty state with an empty cookie is state_missing', async () => {
    const { visitor, refuses, start } = example()
    const victim = visitor()
    await start(victim, 'openid', 'ada-4')
    for (const name of victim.jar().keys()) if (name.includes('.tx.')) victim.jar().set(name, '')
    victim.jar().set('ar.tx.', '')
    await refuses(victim, '/auth/openid/callback?code=x&state=', 400, 'state_missing')
    await refuses(victim, '/auth/oauth1/callback?oauth_token=&oauth_verifier=x', 400, 'state_missing')
  })

  test('5: parameters given twice, or as lists and objects, are bad_request', async () => {
    const { visitor, refuses, start, accounts } = example()
    const victim = visitor()
    const callback = await start(victim, 'openid', 'ada-5')
    const [state, code] = ['state', 'code'].map((name) => new URL(callback).searchParams.get(name) ?? '')
    for (const query of [
      `state=${String(state)}&state=b&code=x`,
      `state[]=${String(state)}&code=x`,
      `state=${String(state)}&code[x]=1`,
      `state=${String(state)}&code=x&iss=a&iss=b`,
      `state=${String(state)}&code=x&code=${String(code)}`,
    ])
      await refuses(victim, `/auth/openid/callback?${query}`, 400, 'bad_request')
    await victim.go(callback)
    expect(await accounts(victim)).toEqual(['openid$ada-5'])
  })

  test(`${storage === 'SQLite' ? 7 : 6}: a state that the application made, ${storage === 'SQLite' ? 'sealed with its own key,' : 'with sessions in a shared store,'} is state_unknown in another browser`, async () => {
    const { visitor, start, refuses, signIn, accounts } = example()
    const [attacker, victim] = [visitor(), visitor()]
    const callback = await start(attacker, 'oauth2', 'mallory-6')
    await refuses(victim, callback, 400, 'state_unknown')
    // The same with a session of the victim's own.
    await signIn(victim, 'openid', 'ada-6')
    await refuses(victim, callback, 400, 'state_unknown')
    expect(await accounts(victim)).toEqual(['openid$ada-6'])
  })

  test('8: a login begun with one provider is provider_mismatch at the callback of another, either way round', async () => {
    const { visitor, start, refuses, honest, hostile, bird, accounts } = example()
    const victim = visitor()
    const [forHonest, forHostile] = [await start(victim, 'openid', 'ada-8'), await start(victim, 'oauth2', 'ada-8')]
    await victim.go('/auth/oauth1')
    await refuses(victim, forHonest.replace('/auth/openid/', '/auth/oauth2/'), 400, 'provider_mismatch')
    await refuses(victim, forHostile.replace('/auth/oauth2/', '/auth/openid/'), 400, 'provider_mismatch')
    const oldState = bird.callback('', 'openid').replace(/oauth_token=/, 'code=x&state=')
    await refuses(victim, oldState, 400, 'provider_mismatch')
    expect([honest.calls('/token'), hostile.calls('/token')]).toEqual([0, 0])
    expect(await accounts(victim)).toEqual([])
  })

  test('9: an image, a frame or a script of any site starts no login', async () => {
    const { visitor, refuses } = example()
    for (const site of ['cross-site', 'same-site', 'same-origin', 'none'])
      for (const [destination, mode] of [
        ['image', 'no-cors'],
        ['iframe', 'navigate'],
        ['script', 'no-cors'],
        ['empty', 'cors'],
        ['empty', 'no-cors'],
      ] as const) {
        // What the application's own script asks for JSON is its own wish.
        if (site === 'same-origin' && mode === 'cors') continue
        const headers = { 'sec-fetch-site': site, 'sec-fetch-dest': destination, 'sec-fetch-mode': mode, accept: '*/*' }
        const victim = visitor()
        const answer = await victim.go('/auth/openid', { headers })
        expect([answer.status, answer.location, answer.setCookies]).toEqual([403, undefined, []])
        if (site !== 'same-origin')
          await refuses(victim, '/auth/openid', 403, 'csrf', { headers: { ...headers, accept: 'application/json' } })
      }
  })

  test('10: a link on another site leads to a page that asks, and starts nothing by itself', async () => {
    const { visitor, honest } = example()
    const victim = visitor()
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', accept: 'text/html' }
    const page = await victim.go('/auth/openid?returnTo=/projects', { headers })
    expect([page.status, page.location, page.setCookies]).toEqual([200, undefined, []])
    expect(page.body).toMatch(/<form[^>]* method="post"[^>]* action="\/auth\/openid"|<form[^>]* action="\/auth\/openid"[^>]* method="post"/)
    // Its button starts the login, and by a link of the application's own there is no such page.
    const started = await victim.go('/auth/openid', { method: 'POST', form: { returnTo: '/projects' }, headers: { accept: 'text/html' } })
    expect([started.status, started.location?.startsWith(honest.origin)]).toEqual([302, true])
    const own = await victim.go('/auth/openid', { headers: { ...headers, 'sec-fetch-site': 'same-origin' } })
    expect(own.status).toBe(302)
  })

  test("11: a POST from another site starts nothing, and the origin null is another site's", async () => {
    const { visitor, refuses } = example()
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'http://other.127.0.0.1' },
      { 'sec-fetch-site': undefined, origin: 'null' },
      { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    ])
      await refuses(visitor(), '/auth/openid', 403, 'csrf', { method: 'POST', headers })
  })
})
