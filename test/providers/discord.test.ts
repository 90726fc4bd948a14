import { describe, expect, test } from '@jest/globals'
import discord from '../../providers/discord.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('discord', discord)

describe('Discord', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('says nothing of an address that is not there', () => {
    const user = changedUser({ email: null, verified: false })

    expect(user).not.toHaveProperty('email')
    expect(user).not.toHaveProperty('emailVerified')
  })

  test('gives an animated avatar as a gif', () => {
    const { picture } = changedUser({ avatar: 'a_6142' })

    expect(picture).toBe('https://cdn.discordapp.com/avatars/50797450985193113/a_6142.gif')
  })

  test('gives no picture of a person without an avatar', () => {
    expect(changedUser({ avatar: null })).not.toHaveProperty('picture')
  })

  test('names a person without a display name by the username', () => {
    expect(changedUser({ global_name: null })).toMatchObject({ name: 'ada' })
  })
})
