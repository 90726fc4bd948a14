import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'

/** What is printed when an application starts. */

const options: AuthRouterOptions = { secret: testSecret, baseUrl: 'http://localhost:3000', providers: { corp: { protocol: 'oidc', issuer: 'https://id.example', clientId: 'a', clientSecret: 'b' } } }
const line = 'Callback URLs, to be registered with the providers: http://localhost:3000/auth/corp/callback'
const environment = process.env['NODE_ENV']

let printed: string[]
beforeEach(() => {
  printed = []
  jest.spyOn(console, 'info').mockImplementation((text) => { printed.push(String(text)) })
})
afterEach(() => {
  jest.restoreAllMocks()
  process.env['NODE_ENV'] = environment
})

describe('The callback URLs', () => {
  test('are printed once in development', () => {
    process.env['NODE_ENV'] = 'development'
    authRouter(options)
    expect(printed).toEqual([`authrouter: ${line}`])
  })

  test('go to the logger of the application where it has one, and nowhere where it wants none', () => {
    process.env['NODE_ENV'] = 'development'
    const info = jest.fn()
    authRouter({ ...options, logger: { debug: () => undefined, info, warn: () => undefined, error: () => undefined } })
    expect(info).toHaveBeenCalledWith({ event: 'config_info' }, line)
    authRouter({ ...options, logger: false })
    expect(printed).toEqual([])
  })

  test('are not printed in tests', () => {
    authRouter(options)
    expect(printed).toEqual([])
  })
})
