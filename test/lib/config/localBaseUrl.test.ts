import { expect, test } from '@jest/globals'
import { custom, refusal, resolve, secret } from './fixtures.js'

/** Plain http, in production: this machine itself may be reached by it, and a developer is told. */

function started(
  baseUrl: string | string[],
  env: Record<string, string> = { NODE_ENV: 'production' },
): { baseUrls: readonly string[]; warnings: string[] } {
  const warnings: string[] = []
  const { baseUrls } = resolve(
    { providers: { corp: custom.oidc }, baseUrl, secret },
    {
      env,
      warn: (message) => {
        warnings.push(message)
      },
    },
  )
  return { baseUrls, warnings }
}

test.each(['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]', 'http://shop.localhost/base'])(
  '%s is a base URL in production, with one warning',
  (baseUrl) => {
    expect(started(baseUrl)).toEqual({
      baseUrls: [baseUrl],
      warnings: [`baseUrl ${baseUrl} is plain http in production: users can sign in there from this machine only.`],
    })
  },
)

test('Beside others it is one warning too', () => {
  expect(started(['https://app.example', 'http://localhost:1', 'http://localhost:2']).warnings).toHaveLength(1)
})

test('It is no warning in development, nor is https in production', () => {
  expect(started('http://localhost:3000', {}).warnings).toEqual([])
  expect(started('https://app.example').warnings).toEqual([])
})

test.each(['http://app.example', 'http://10.0.0.7', 'http://localhost.evil.example'])('%s is none', (baseUrl) => {
  expect(refusal(() => started(baseUrl)).message).toBe(
    'baseUrl must use https: plain http is for this machine itself only, such as http://localhost:3000.',
  )
})
