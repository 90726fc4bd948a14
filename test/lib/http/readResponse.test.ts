import { expect, test } from '@jest/globals'
import { toResponse } from '../../../lib/http/http.js'

const body = Buffer.from('{"as":"it came"}')
const headers = { 'content-type': 'application/json', 'x-a': 'b' }

test('An answer that was read as JSON is a Response, and is not read again', async () => {
  const json = { as: 'it was read' }
  const response = toResponse({ status: 200, headers, body, json })
  expect(response).toBeInstanceOf(Response)
  expect(response).toMatchObject({ status: 200, bodyUsed: false })
  expect(response.headers.get('x-a')).toBe('b')
  expect(await response.json()).toBe(json)
})

test.each([201, 400, 500])('of status %i, what came is read', async (status) => {
  const response = toResponse({ status, headers, body, json: { as: 'it was read' } })
  expect(await response.clone().json()).toEqual({ as: 'it came' })
  expect(await response.text()).toBe('{"as":"it came"}')
})

test('is one of the class that an application has put in the place of the platform’s, too', async () => {
  const platforms = globalThis.Response
  // As @hono/node-server does it: a method that cannot be assigned to.
  class Replaced extends platforms {}
  Object.defineProperty(Replaced.prototype, 'json', { value: () => Promise.reject(new Error('Read again')) })
  globalThis.Response = Replaced
  try {
    expect(await toResponse({ status: 200, headers, body, json: { as: 'it was read' } }).json()).toEqual({ as: 'it was read' })
  } finally {
    globalThis.Response = platforms
  }
})
