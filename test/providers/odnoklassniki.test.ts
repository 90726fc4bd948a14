import { describe, expect, test } from '@jest/globals'
import odnoklassniki from '../../providers/odnoklassniki.js'
import { client, quirksOf, tokens } from './quirks.js'

const { changedUser } = quirksOf('odnoklassniki', odnoklassniki)

describe('Odnoklassniki', () => {
  const { hooks } = odnoklassniki

  test('gets calls that are signed', () => {
    const request = { method: 'GET', url: 'https://api.ok.ru/fb.do?method=users.getCurrentUser&format=json', headers: {} }
    const sent = hooks?.apiRequest?.(request, tokens, { ...client, parameters: { publicKey: 'CEXAMPLEKEY' } })

    // Computed by openssl dgst -md5.
    expect(Object.fromEntries(new URL(sent?.url ?? '').searchParams)).toEqual({
      application_key: 'CEXAMPLEKEY',
      format: 'json',
      method: 'users.getCurrentUser',
      sig: '7d96124560c1792256fd316a5c7e5234',
    })
    expect(sent).toEqual({ ...request, url: sent?.url })
  })

  test('calls its bearer tokens sessions, and any other kind stays what it is', () => {
    const answer = { access_token: 'example' }

    expect(hooks?.tokenResponse?.({ ...answer, token_type: 'session' })).toEqual({ ...answer, token_type: 'Bearer' })
    expect(hooks?.tokenResponse?.({ ...answer, token_type: 'mac' })).toEqual({ ...answer, token_type: 'mac' })
  })

  test('gives no address of a person who withholds it', () => {
    expect(changedUser({ location: null })).not.toHaveProperty('address')
  })
})
