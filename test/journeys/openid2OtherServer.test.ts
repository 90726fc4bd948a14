import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type Openid2Server, startOpenid2Server } from '../support/openid2Server.js'
import { signIn, startOpenid2Site } from '../support/openid2/site.js'
import { describeWith } from '../support/parts.js'
import type { Site } from '../support/site.js'

describeWith('python3-openid', 'An OpenID 2.0 server written by others', () => {
  let server: Openid2Server
  let site: Site

  beforeAll(async () => {
    server = await startOpenid2Server()
  })
  afterAll(() => server.close())
  afterEach(async () => {
    await site.close()
    await server.set({ discovery: 'xrds', policies: [] })
  })

  async function userOf(entry: object): Promise<Record<string, unknown>> {
    site = await startOpenid2Site({ providers: { house: { protocol: 'openid2', ...entry } } })
    const { browser, page } = await signIn(site.url)
    expect(page.status).toBe(200)
    return (await browser.json<Record<string, unknown>>(`${site.url}/me`)).data
  }

  test('signs in by its identifier alone, with Simple Registration and Attribute Exchange', async () => {
    const user = await userOf({ identifier: server.identifier })
    expect(user).toMatchObject({
      provider: 'house',
      id: server.identifierOf('ada'),
      key: `house$${server.identifierOf('ada')}`,
      name: 'Ada Example',
      nickname: 'ada',
      email: 'ada@example.com',
    })
    expect(user['raw']).toMatchObject({ ax: { 'http://axschema.org/namePerson': ['Ada Example'] } })
    const modes = (await server.set({})).map(({ mode }) => mode)
    expect(modes).toContain('check_authentication')
    expect(modes).not.toContain('associate')
  })

  test('signs in by the identifier of one user', async () => {
    expect(await userOf({ identifier: server.identifierOf('ada') })).toMatchObject({ id: server.identifierOf('ada'), name: 'Ada Example' })
  })

  test('signs in by an identifier whose page says it in HTML', async () => {
    await server.set({ discovery: 'html' })
    expect(await userOf({ identifier: server.identifierOf('ada') })).toMatchObject({ id: server.identifierOf('ada') })
  })

  test('signs in by an association, without being asked about the answer', async () => {
    await server.set({})
    expect(await userOf({ identifier: server.identifier, associations: true })).toMatchObject({ name: 'Ada Example' })
    const modes = (await server.set({})).map(({ mode }) => mode)
    expect(modes).toContain('associate')
    expect(modes).not.toContain('check_authentication')
  })
})
