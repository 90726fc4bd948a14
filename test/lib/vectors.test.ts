import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { withParameters } from '../../lib/base/parameters.js'
import { codeChallenge } from '../../lib/base/random.js'
import { createCredentials } from '../../lib/client/credentials.js'
import { bearer } from '../../lib/protocols/bearer.js'
import { isExpired, readTokenResponse } from '../../lib/tokens/tokens.js'
import type { Tokens } from '../../lib/types.js'
import { contextFor } from '../support/context.js'

/** Rows of `test/vectors.json` outside of OAuth 1.0a signing, which `protocols/oauth1Signature.test.ts` has. */

interface ExpiryRow {
  token: Record<string, unknown>
  leeway: number
  now: number
  expires_at: number | null
  is_expired: boolean | null
}

const vectors = JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url), 'utf8')) as {
  oauth2: {
    pkce: { verifier: string; S256: string }[]
    authorization_url: Record<string, unknown>[]
    token_placement: Record<string, unknown>[]
    token_response: Record<string, unknown>[]
  }
  token_expiry: {
    default_leeway: number
    rows: ExpiryRow[]
    auto_refresh: Record<string, unknown>[]
    flask_dance: { read_at: number; expires_in: number }[]
  }
}
const { oauth2, token_expiry: expiry } = vectors

test('no row is left out', () => {
  expect({
    pkce: oauth2.pkce.length,
    urls: oauth2.authorization_url.length,
    rows: expiry.rows.length,
    refreshes: expiry.auto_refresh.length,
    readings: expiry.flask_dance.length,
    placements: oauth2.token_placement.length,
    answers: oauth2.token_response.length,
  }).toEqual({ pkce: 1, urls: 1, rows: 9, refreshes: 2, readings: 1, placements: 4, answers: 4 })
})

test.each(oauth2.pkce)('the code challenge of $verifier', ({ verifier, S256 }) => {
  expect(codeChallenge(verifier)).toBe(S256)
})

describe('expiry', () => {
  test('has a leeway of a minute unless told', () => {
    expect(expiry.default_leeway).toBe(60)
    expect(isExpired({ expiresAt: 1059 }, 1000)).toBe(true)
    expect(isExpired({ expiresAt: 1060 }, 1000)).toBe(false)
  })

  test.each(expiry.rows)(
    'of $token at $now with a leeway of $leeway is $is_expired',
    ({ token, leeway, now, expires_at: expiresAt, is_expired: expected }) => {
      const given = token['expires_at']
      const read = given === undefined ? undefined : Number(given)
      expect(read ?? null).toBe(expiresAt)
      expect(isExpired(read === undefined ? {} : { expiresAt: read }, now, leeway) ?? null).toBe(expected)
    },
  )

  test.each(expiry.flask_dance)('read later than its end is negative: $expires_in', ({ read_at: readAt, expires_in: expiresIn }) => {
    const tokens: Tokens = { accessToken: 'a', tokenType: 'Bearer', expiresAt: Date.UTC(2016, 0, 1, 12, 0, 1) / 1000 + 300 }
    const credentials = createCredentials(contextFor({ now: () => readAt * 1000 }), {
      source: { current: () => tokens, save: () => undefined },
    })
    expect(credentials.expiresIn).toBe(expiresIn)
    expect(credentials.valid).toBe(false)
  })

  test('without a refresh token cannot be mended', async () => {
    const context = contextFor()
    await expect(
      context.refresher.refresh(context, { held: { accessToken: 'a', tokenType: 'Bearer', expiresAt: 100 } }),
    ).rejects.toMatchObject({ code: 'reauth_required' })
  })

  test('mended without a new refresh token keeps the old one', () => {
    const previous: Tokens = { accessToken: 'old', tokenType: 'Bearer', refreshToken: 'kept' }
    expect(readTokenResponse({ access_token: 'new', token_type: 'bearer' }, { now: 0, previous })).toMatchObject({
      accessToken: 'new',
      refreshToken: 'kept',
    })
  })
})

test.each(oauth2.authorization_url)('an authorization URL keeps the query of its endpoint', (row) => {
  const {
    endpoint,
    client_id: clientId,
    response_type: responseType,
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_verifier: verifier,
    out,
  } = row
  expect(
    withParameters(String(endpoint), {
      response_type: String(responseType),
      client_id: String(clientId),
      redirect_uri: String(redirectUri),
      scope: (scope as string[]).join(' '),
      state: String(state),
      nonce: String(nonce),
      code_challenge: codeChallenge(String(verifier)),
      code_challenge_method: 'S256',
    }),
  ).toBe(out)
})

describe('the token on a request', () => {
  const tokens: Tokens = { accessToken: 'a', tokenType: 'Bearer' }

  test('stands in the header', () => {
    expect(bearer(contextFor(), tokens, { method: 'GET', url: 'https://r.test/x', headers: {} }).headers).toEqual({
      authorization: 'Bearer a',
    })
  })

  test('or behind the query that is there', () => {
    const { provider } = contextFor()
    expect(
      bearer({ provider: { ...provider, tokenPlacement: 'query' } }, tokens, { method: 'GET', url: 'https://r.test/x?y=1', headers: {} })
        .url,
    ).toBe('https://r.test/x?y=1&access_token=a')
  })

  test.each(['bearer', 'Bearer', 'BEARER'])('may be of the type "%s"', (type) => {
    expect(readTokenResponse({ access_token: 'a', token_type: type }, { now: 0 }).tokenType).toBe('Bearer')
  })

  // The vectors record a system that takes an absent type for a bearer token; our rules ask for the type, or for an entry that says so.
  test.each([undefined, 'mac', 7])('may not be of the type %p', (type) => {
    expect(() => readTokenResponse({ access_token: 'a', ...(type === undefined ? {} : { token_type: type }) }, { now: 0 })).toThrow(
      expect.objectContaining({ code: 'provider_bad_response' }),
    )
    if (type === undefined)
      expect(readTokenResponse({ access_token: 'a' }, { now: 0, defaultTokenType: 'Bearer' }).tokenType).toBe('Bearer')
  })
})

describe('a token answer', () => {
  test.each([
    ['3600', 3600],
    [3600, 3600],
    ['3600.7', 3600],
    [0, 0],
    [-1, undefined],
    ['-1', undefined],
    [1e99, undefined],
    ['soon', undefined],
    [null, undefined],
    [{}, undefined],
  ])('with a lifetime of %p lives %p seconds', (value, lifetime) => {
    const tokens = readTokenResponse({ access_token: 'a', token_type: 'bearer', expires_in: value }, { now: 1_000_000 })
    expect(tokens.expiresAt).toBe(lifetime === undefined ? undefined : 1000 + lifetime)
  })

  test.each([
    ['a b', 'a b'],
    ['a,b', 'a b'],
    [['a', 'b'], 'a b'],
    ['', ''],
    [undefined, 'asked for'],
  ])('with the scope %p grants "%s"', (scope, granted) => {
    expect(readTokenResponse({ access_token: 'a', token_type: 'bearer', scope }, { now: 0, requestedScope: ['asked', 'for'] }).scope).toBe(
      granted,
    )
  })

  test.each([{}, { access_token: '' }, { access_token: {} }, { access_token: null }])('%j holds no token', (answer) => {
    expect(() => readTokenResponse({ token_type: 'bearer', ...answer }, { now: 0 })).toThrow(
      expect.objectContaining({ code: 'provider_bad_response' }),
    )
  })
})
