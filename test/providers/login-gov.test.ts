import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { Client } from '../../lib/types.js'
import loginGov from '../../providers/login-gov.js'
import { facts } from './quirks.js'

describe('Login.gov', () => {
  const form = { grant_type: 'authorization_code' }
  const sent = (asking: Client): Record<string, string> | undefined => loginGov.hooks?.tokenRequest?.(form, facts({ client: asking }))

  test('gets an assertion for its token endpoint from a client that has a key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const before = Math.floor(Date.now() / 1000)
    const asking = { clientId: 'urn:example:app', privateKey: pem.replace(/^/gm, '  '), parameters: { host: 'idp.example.gov' } }

    const { client_assertion: assertion = '', ...rest } = sent(asking) ?? {}
    const [header = '', payload = '', signature = ''] = assertion.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>

    expect(rest).toEqual({ ...form, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect(claims).toEqual({
      iss: 'urn:example:app',
      sub: 'urn:example:app',
      aud: 'https://idp.example.gov/api/openid_connect/token',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims['iat']) + 300,
    })
    expect(Number(claims['iat'])).toBeGreaterThanOrEqual(before)
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('gets no two assertions that are alike', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const asking = { clientId: 'urn:example:app', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }

    expect(sent(asking)?.['client_assertion']).not.toBe(sent(asking)?.['client_assertion'])
  })

  test('gets PKCE alone from a client without a key', () => {
    expect(sent({ clientId: 'urn:example:app' })).toEqual(form)
  })
})
