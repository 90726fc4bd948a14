import { describe, expect, test } from '@jest/globals'
import { login } from '../../../lib/login.js'
import { authorizationAddress, authorizationRequest, requestForm } from '../../../lib/protocols/authorizationRequest.js'
import { flowParameters } from '../../../lib/protocols/loginParams.js'
import type { LoginOptions, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

const formOf = (provider: Partial<ResolvedProvider>, options: LoginOptions = {}): URLSearchParams =>
  requestForm(authorizationRequest(contextFor({ provider }), options, { withNonce: true }))

describe("Case 282: a configured parameter never takes the place of the flow's own", () => {
  const parameterNames = { client_id: 'client_key', redirect_uri: 'return_url', response_type: 'kind', scope: 'permissions' }

  test.each([...flowParameters, ...Object.values(parameterNames).slice(0, 3)].flatMap((name) => [name, name.toUpperCase()]))(
    '%s',
    (name) => {
      const form = formOf({ parameterNames, authorizationParams: { [name]: 'forged', audience: 'x' } })
      expect([...form.values()]).not.toContain('forged')
      expect(form.get('client_key')).toBe('the-client')
      expect(form.get('audience')).toBe('x')
    },
  )

  test('nor does one that offline access brings', () => {
    const form = formOf({
      parameterNames,
      offline: true,
      offlineAccess: { authorizationParams: { client_key: 'forged', access_type: 'offline' } },
    })
    expect(form.getAll('client_key')).toEqual(['the-client'])
    expect(form.get('access_type')).toBe('offline')
  })

  test('each parameter is there once, whatever the address of the endpoint has in its query', () => {
    const form = formOf({ authorizationParams: { scope: 'all', prompt: 'consent' } }, { prompt: 'login' })
    const address = new URL(authorizationAddress('https://id.example/authorize?client_id=forged&state=forged&tenant=a', form))
    for (const name of form.keys()) expect(address.searchParams.getAll(name)).toEqual([form.get(name)])
    expect(address.searchParams.get('tenant')).toBe('a')
  })
})

describe('What an entry asks for', () => {
  test('are claims and authorization details, as JSON', () => {
    const claims = { id_token: { acr: { essential: true, values: ['gold'] } }, userinfo: { email: null } }
    const authorizationDetails = [{ type: 'payment', amount: { value: '1.00' } }]
    const form = formOf({ claims, authorizationDetails })
    expect(JSON.parse(form.get('claims') ?? '')).toEqual(claims)
    expect(JSON.parse(form.get('authorization_details') ?? '')).toEqual(authorizationDetails)
    const other = formOf({ claims, authorizationParams: { claims: '{}' } }, { params: { claims: '{"userinfo":{}}' } })
    expect(other.getAll('claims')).toEqual(['{"userinfo":{}}'])
  })

  test('are one resource or several, and none by another way', () => {
    expect(formOf({ resource: 'https://api.example/' }).getAll('resource')).toEqual(['https://api.example/'])
    const several = { resource: ['https://a.example/', 'urn:b'], authorizationParams: { resource: 'https://forged.example/' } }
    expect(formOf(several).getAll('resource')).toEqual(['https://a.example/', 'urn:b'])
    expect(formOf({ authorizationParams: { resource: 'https://c.example/' } }).getAll('resource')).toEqual(['https://c.example/'])
  })

  test('is a resource that a login cannot change: tokens are asked for the same ones', async () => {
    const options = { params: { resource: 'https://other.example/' } }
    await expect(login(contextFor({ provider: { resource: 'https://api.example/' } }), options)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('providers.invented.resource has it') as unknown,
    })
    expect((await login(contextFor(), options)).location).toContain('resource=https%3A%2F%2Fother.example%2F')
  })

  test('is what both an ID Token and a code are for', () => {
    expect(formOf({ responseType: 'code id_token', responseMode: 'form_post' }).get('response_type')).toBe('code id_token')
    expect(formOf({}).get('response_type')).toBe('code')
  })

  test('are languages by a parameter of the entry or of a login', () => {
    expect(formOf({ authorizationParams: { ui_locales: 'fr de' } }).get('ui_locales')).toBe('fr de')
    expect(formOf({ authorizationParams: { ui_locales: 'fr de' } }, { params: { ui_locales: 'en' } }).getAll('ui_locales')).toEqual(['en'])
  })
})
