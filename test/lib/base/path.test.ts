import { describe, expect, test } from '@jest/globals'
import { readPath } from '../../../lib/base/path.js'

const raw = JSON.parse(`{
  "id": 7, "none": null, "empty": "", "data": { "user": { "name": "Ada" } }, "odd.key": { "a b": 1 }, "0": "zero",
  "emails": [{ "value": "a@x", "primary": false }, { "value": "b@x", "primary": true }, { "value": "c@x", "type": "work mail" }],
  "numbers": [10, 20], "__proto__": { "admin": true }
}`) as unknown

describe('A path', () => {
  test.each<[string, unknown]>([
    ['id', 7],
    ['none', null],
    ['empty', ''],
    ['data.user.name', 'Ada'],
    ['emails.0.value', 'a@x'],
    ['emails.2.value', 'c@x'],
    ['numbers.1', 20],
    ['0', 'zero'],
    ['["odd.key"]["a b"]', 1],
    ['emails[primary=true].value', 'b@x'],
    ['emails[primary=false].value', 'a@x'],
    ['emails[type=work mail].value', 'c@x'],
  ])('%s leads to %p', (path, value) => {
    expect(readPath(raw, path)).toEqual(value)
  })

  test.each([
    'nothing',
    'data.nothing.name',
    'none.x',
    'id.toFixed',
    'empty.length',
    'emails.length',
    'emails.-1',
    'emails.3',
    'emails.0x0',
    'emails.1.0',
    'numbers.1e0',
    'emails[primary=yes].value',
    'data[a=b]',
    'emails[length=3]',
    'constructor',
    'toString',
    'hasOwnProperty',
    'data.constructor.name',
    'data.__proto__',
    'emails.constructor',
    'emails.map',
    'emails[constructor=x]',
  ])('%s leads nowhere', (path) => {
    expect(readPath(raw, path)).toBeUndefined()
  })

  test.each([undefined, null, 7, 'text', true, [], {}])('leads nowhere in %p', (value) => {
    expect(readPath(value, 'a.b')).toBeUndefined()
    expect(readPath(value, 'length')).toBeUndefined()
    expect(readPath(value, 'a[b=c]')).toBeUndefined()
  })

  test('reads what was sent under the name of a prototype as a member', () => {
    expect(readPath(raw, '__proto__.admin')).toBe(true)
  })

  test('is not stopped by members that cannot become text', () => {
    const hostile = JSON.parse(
      '{"emails":[{"primary":{"toString":1,"valueOf":1}},null,"x",[1],{"primary":"true","value":"found"}]}',
    ) as unknown
    expect(readPath(hostile, 'emails[primary=true].value')).toBe('found')
    expect(readPath(hostile, 'emails[primary=[object Object]].value')).toBeUndefined()
  })
})
