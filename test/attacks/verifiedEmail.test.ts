import { expect } from '@jest/globals'
import { attacked, once } from './modes.js'

/** Case 298: an address is verified only by the source that names this very address. A profile is the same however sessions are kept. */

attacked()

interface Mix {
  name: string
  idToken: Record<string, unknown>
  userinfo: Record<string, unknown>
  isVerified: boolean
}

const [victim, own] = ['victim@corp.example', 'mallory@evil.example']

const mixes: readonly Mix[] = [
  {
    name: 'the address of userinfo and the word of the ID Token, which names none',
    idToken: { email_verified: true },
    userinfo: { email: victim },
    isVerified: false,
  },
  {
    name: 'the address of the ID Token and the word of userinfo, which names none',
    idToken: { email: victim },
    userinfo: { email_verified: true },
    isVerified: false,
  },
  {
    name: 'the address of userinfo and the word of the ID Token about another',
    idToken: { email: own, email_verified: true },
    userinfo: { email: victim },
    isVerified: false,
  },
  {
    name: 'the address of the ID Token and the word of userinfo about another',
    idToken: { email: victim },
    userinfo: { email: own, email_verified: true },
    isVerified: false,
  },
  {
    name: 'two addresses, each source unsure of its own',
    idToken: { email: victim, email_verified: false },
    userinfo: { email: own, email_verified: false },
    isVerified: false,
  },
  {
    name: 'an address that one source vouches for and the other one denies',
    idToken: { email: victim, email_verified: true },
    userinfo: { email: victim, email_verified: false },
    isVerified: false,
  },
  { name: 'a word that is no boolean', idToken: { email: victim, email_verified: 'false' }, userinfo: {}, isVerified: false },
  { name: 'control: an address and a word of userinfo', idToken: {}, userinfo: { email: victim, email_verified: true }, isVerified: true },
  {
    name: 'control: an address and a word of the ID Token',
    idToken: { email: victim, email_verified: true },
    userinfo: {},
    isVerified: true,
  },
]

for (const { name, idToken, userinfo, isVerified } of mixes) {
  once(`${name}: ${isVerified ? 'verified' : 'not verified'}`, async (attack) => {
    attack.honest.claims = () => idToken
    attack.honest.profile = () => userinfo
    await attack.run()
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'mallory', 'corp')
    const user = (await visitor.go('/auth/session')).json<{ user: { id: string; email?: string; emailVerified?: boolean } }>().user
    expect(user.id).toBe('mallory')
    if (isVerified) expect(user).toMatchObject({ email: victim, emailVerified: true })
    else if (user.email === victim) expect(user.emailVerified).not.toBe(true)
  })
}
