import { expect, test } from '@jest/globals'
import { onExample } from './example.js'

/** Cases 16 to 18 of section A: a user is who the provider's own id says, and an e-mail address is data. */

interface Row {
  id: string
  email: string | null
  email_verified: boolean | number
}

onExample((example) => {
  const userOf = async (key: string): Promise<Row | undefined> =>
    (await example().rows<Row>(`SELECT u.* FROM users AS u JOIN identities AS i ON i.user_id = u.id WHERE i.key = '${key}'`))[0]

  test('16: the address of a user who is there already, by another provider that vouches for it, makes a user of its own', async () => {
    const { visitor, signIn, honest, hostile, keysOfOwner } = example()
    const address = { email: 'ada-16@corp.example', email_verified: true }
    honest.profile = () => ({ name: 'Ada', ...address })
    hostile.profile = () => ({ name: 'Mallory', ...address })
    const [victim, attacker] = [visitor(), visitor()]
    await signIn(victim, 'openid', 'ada-16')
    await signIn(attacker, 'oauth2', 'mallory-16')
    const [ada, mallory] = [await userOf('openid$ada-16'), await userOf('oauth2$mallory-16')]
    expect([ada?.email, mallory?.email]).toEqual([address.email, address.email])
    expect(mallory?.id).not.toBe(ada?.id)
    expect(await keysOfOwner('openid$ada-16')).toEqual(['openid$ada-16'])
    const { user } = (await attacker.go('/auth/session')).json<{ user: object }>()
    expect(user).toMatchObject({ key: 'oauth2$mallory-16', emailVerified: true })
  })

  test("17: a foreign tenant's token with the victim's address is the account of its own id, and says that nobody checked it", async () => {
    const { visitor, signIn, honest, hostile } = example()
    const email = 'ada-17@corp.example'
    honest.profile = () => ({ name: 'Ada', email, email_verified: true })
    hostile.claims = () => ({ email, tid: 'foreign-tenant', upn: email, preferred_username: email })
    hostile.profile = () => ({ email })
    const [victim, attacker] = [visitor(), visitor()]
    await signIn(victim, 'openid', 'ada-17')
    await signIn(attacker, 'other', 'mallory-17')
    const { user } = (await attacker.go('/auth/session')).json<{ user: { key: string; emailVerified?: boolean } }>()
    expect(user.key).toBe('other$mallory-17')
    expect(user.emailVerified).not.toBe(true)
    const [ada, mallory] = [await userOf('openid$ada-17'), await userOf('other$mallory-17')]
    expect(mallory?.id).not.toBe(ada?.id)
    expect(Boolean(mallory?.email_verified)).toBe(false)
  })

  const strange: [what: string, email: unknown][] = [
    ['two @', 'a@evil@corp.example'],
    ['a full-width @', 'a＠corp.example'],
    ['a line break', 'a@corp.example\r\nBcc: b@corp.example'],
    ['NUL', 'a@corp.example\u0000.evil.example'],
    ['10 KB', `${'a'.repeat(10_240)}@corp.example`],
    ['a list', ['a@corp.example']],
    ['an object', { address: 'a@corp.example' }],
    ['a homograph', 'a@cоrp.example'],
    ['no @', 'corp.example'],
    ['nothing before @', '@corp.example'],
    ['nothing after @', 'a@'],
    ['blanks', 'a b@corp.example'],
    ['angle brackets', 'Ada <a@corp.example>'],
    ['a list in text', 'a@corp.example,b@corp.example'],
    ['a mark of direction', 'a@corp.example\u202e'],
    ['a lone surrogate', 'a\ud800@corp.example'],
    ['a number', 42],
    ['true', true],
    ['null', null],
    ['the empty text', ''],
  ]

  test.each(strange)(
    '18: an address with %s, by ID Token and by userinfo, is absent or as it came and not verified',
    async (what, email) => {
      const { visitor, signIn, honest, hostile } = example()
      const person = `mallory-18-${String(strange.findIndex(([one]) => one === what))}`
      honest.claims = () => ({ email, email_verified: true })
      hostile.profile = () => ({ name: 'Mallory', email, email_verified: true })
      for (const slug of ['openid', 'oauth2'] as const) {
        const attacker = visitor()
        await signIn(attacker, slug, person)
        const { user } = (await attacker.go('/auth/session')).json<{ user: { key: string; email?: unknown; emailVerified?: boolean } }>()
        const row = await userOf(`${slug}$${person}`)
        expect(user.key).toBe(`${slug}$${person}`)
        expect({ session: user, row }).toEqual(
          user.email === undefined
            ? { session: expect.not.objectContaining({ emailVerified: true }), row: expect.objectContaining({ email: null }) }
            : { session: expect.objectContaining({ email, emailVerified: false }), row: expect.objectContaining({ email }) },
        )
        expect(Boolean(row?.email_verified)).toBe(false)
      }
    },
  )
})
