import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication } from '../support/application.js'
import { createBrowser } from '../support/browser.js'

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})

async function signInWith(decision: unknown): Promise<{ body: string; user: unknown }> {
  const app = await startApplication(openid, { hooks: { onLogin: (() => Promise.resolve(decision)) as never } })
  try {
    const browser = createBrowser()
    const { body } = await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    return { body, user: (await browser.json(`${app.url}/me`)).data }
  } finally {
    await app.close()
  }
}

describe('What onLogin answers', () => {
  test.each([[null], [false], [0], [''], ['yes'], [1], [NaN], [[]], [[{ user: { plan: 'gold' } }]], [() => true]])(
    'refuses where it is %p',
    async (decision) => {
      const { body, user } = await signInWith(decision)
      expect(body).toContain('login_refused')
      expect(user).toBeNull()
    },
  )

  test.each([[undefined], [true], [{}], [{ user: { plan: 'gold' } }]])('accepts where it is %p', async (decision) => {
    expect((await signInWith(decision)).user).toMatchObject({ id: 'ada-id' })
  })
})
