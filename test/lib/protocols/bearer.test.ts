import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { bearer } from '../../../lib/protocols/bearer.js'
import type { ApiRequest, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

interface Row {
  placement?: 'header' | 'uri'
  url?: string
  out_url?: string
  out_headers?: Record<string, string>
}
const { oauth2 } = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8')) as {
  oauth2: { token_placement: Row[] }
}
const placed = oauth2.token_placement.filter(({ placement }) => placement !== undefined)

const put = (provider: Partial<ResolvedProvider>, request: Partial<ApiRequest> = {}, accessToken = 'a'): ApiRequest =>
  bearer(
    contextFor({ provider }),
    { accessToken, tokenType: 'Bearer' },
    { method: 'GET', url: 'https://r.test/x', headers: {}, ...request },
  )

test('Two vectors are about where the token stands; the other two are about its type', () => {
  expect([oauth2.token_placement.length, placed.length]).toEqual([4, 2])
})

test.each(placed)('$placement', ({ placement, url, out_url: outUrl, out_headers: outHeaders }) => {
  const request = put({ tokenPlacement: placement === 'uri' ? 'query' : 'header' }, url === undefined ? {} : { url })
  if (outUrl !== undefined) expect(request).toMatchObject({ url: outUrl, headers: {} })
  if (outHeaders !== undefined) expect(request.headers).toEqual({ authorization: outHeaders['Authorization'] })
})

const form = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  body: 'x=1&access_token=forged',
}

describe('In the body', () => {
  test('it is a field of a form, once', () => {
    expect(put({ tokenPlacement: 'body' }, form)).toEqual({ ...form, url: 'https://r.test/x', body: 'x=1&access_token=a' })
  })

  test.each<[string, Partial<ApiRequest>]>([
    ['a GET', {}],
    ['JSON', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['bytes', { ...form, body: new Uint8Array([97]) }],
    ['an empty request', { method: 'POST' }],
  ])('%s cannot carry it, so the header does', (_what, request) => {
    expect(put({ tokenPlacement: 'body' }, request).headers['authorization']).toBe('Bearer a')
    expect(put({ tokenPlacement: 'body' }, request).body).toEqual(request.body)
  })
})

test('In the query it replaces what stood there, and is encoded', () => {
  expect(put({ tokenPlacement: 'query' }, { url: 'https://r.test/x?access_token=1&access_token=2&y=3' }, 'a+b&c').url).toBe(
    'https://r.test/x?access_token=a%2Bb%26c&y=3',
  )
})

test("Names and scheme are the provider's where it has its own", () => {
  expect(put({ tokenHeader: 'x-token', tokenScheme: '' }).headers).toEqual({ 'x-token': 'a' })
  expect(put({ tokenScheme: 'OAuth' }).headers).toEqual({ authorization: 'OAuth a' })
  expect(put({ tokenPlacement: 'query', tokenParameter: 'oauth_token' }).url).toBe('https://r.test/x?oauth_token=a')
  expect(put({ tokenPlacement: 'body', tokenParameter: 'oauth_token' }, { ...form, body: 'x=1' }).body).toBe('x=1&oauth_token=a')
})

test('The request that was given stays as it was', () => {
  const request: ApiRequest = { method: 'POST', url: 'https://r.test/x?y=1', headers: { ...form.headers }, body: form.body }
  const before = structuredClone(request)
  for (const tokenPlacement of ['header', 'query', 'body'] as const)
    bearer(contextFor({ provider: { tokenPlacement } }), { accessToken: 'a', tokenType: 'Bearer' }, request)
  expect(request).toEqual(before)
})
