import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { authRouter } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen } from '../support/hosts.js'
import { startScopeProvider, type ScopeProvider } from '../support/scopeProvider.js'

/** Parameters that are given twice or are too long: where the path names a provider, starting again helps. */

let provider: ScopeProvider
let url: string
let close: () => Promise<void>
beforeAll(async () => {
  provider = await startScopeProvider()
  const router = authRouter({ secret: testSecret, logger: false, providers: { plain: provider.entry } })
  const app = await listen(hosts['Express 5']({ router }))
  url = app.url
  close = async () => {
    await router.close()
    await app.close()
    await provider.close()
  }
})
afterAll(() => close())

const wrong = [
  ['given twice', 'state=a&state=b'],
  ['structured', 'state[a]=b'],
  ['too long', `state=${'a'.repeat(8193)}`],
] as const

test.each(wrong)('One that is %s can be started again', async (_how, query) => {
  for (const path of ['/auth/plain', '/auth/plain/callback']) {
    const { status, data } = await createBrowser().json(`${url}${path}?${query}`)
    expect({ status, data }).toEqual({
      status: 400,
      data: { error: 'bad_request', message: expect.any(String) as unknown, provider: 'plain', retry: true },
    })
    const page = await createBrowser().go(`${url}${path}?${query}`)
    expect(page.body).toContain('href="/auth/plain"')
  }
})

test.each(wrong)('One that is %s is no reason to start again where no provider is named', async (_how, query) => {
  expect((await createBrowser().json(`${url}/auth?${query}`)).data).toMatchObject({ error: 'bad_request', retry: false })
})

test('What a parameter says is no reason to start again', async () => {
  expect((await createBrowser().json(`${url}/auth/plain?prompt=please`)).data).toMatchObject({ error: 'bad_request', retry: false })
})
