import { describe, expect, test } from '@jest/globals'
import { isObject, parseJson, utf8 } from '../../../lib/base/json.js'

describe('Whole numbers', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['1234567890123456', 1234567890123456],
    ['0', 0],
    ['-0', -0],
  ])('that cannot be held exactly become text: %s', (text, value) => {
    expect(parseJson(text)).toBe(value)
    expect(parseJson(`{"id":${text}}`)).toEqual({ id: value })
    expect(parseJson(`[ ${text} ,1]`)).toEqual([value, 1])
  })

  test.each([
    ['1234567890123456789.5', 1234567890123456789.5],
    ['1e21', 1e21],
    ['12345678901234567890e1', 12345678901234567890e1],
    ['1e400', Infinity],
    ['0.12345678901234567890', 0.1234567890123456789],
  ])('with a fraction or an exponent stay numbers: %s', (text, value) => {
    expect(parseJson(text)).toBe(value)
  })

  test.each([
    '"12345678901234567890"',
    '"a 12345678901234567890"',
    '"\\"12345678901234567890"',
    '"\\\\",12345678901234567890'.slice(0, 6),
    '"12345678901234567890:"',
    '"\\u0022 12345678901234567890"',
  ])('inside of texts are passed over: %s', (text) => {
    expect(parseJson(`[${text},1234567890123456]`)).toEqual(JSON.parse(`[${text},1234567890123456]`))
  })

  test('are told from the texts beside them, whatever signs those hold', () => {
    expect(
      parseJson('{"a\\\\":12345678901234567890,"b\\"c":"12345678901234567891","12345678901234567892":{"d":[-12345678901234567893]}}'),
    ).toEqual({ 'a\\': '12345678901234567890', 'b"c': '12345678901234567891', '12345678901234567892': { d: ['-12345678901234567893'] } })
  })
})

describe('What is no JSON', () => {
  test.each([
    '',
    '{',
    '{"a":1',
    '[1,]',
    '{a:1}',
    "{'a':1}",
    'undefined',
    'NaN',
    '01',
    '<html>',
    'a=1',
    '{"a":12345678901234567890',
    '"\u0000"',
    '{} {}',
    '\u200b{}',
  ])('throws: %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  test('is found out in linear time, though a text of a megabyte never ends', () => {
    const text = `[12345678901234567890,"${'\\"'.repeat(500_000)}`
    const started = performance.now()
    expect(() => parseJson(text)).toThrow(SyntaxError)
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('and long texts are read in linear time', () => {
    const text = JSON.stringify({ id: 1234567890123456, text: '\\"'.repeat(250_000) })
    const started = performance.now()
    expect(parseJson(text)).toEqual(JSON.parse(text))
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('Depth', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

  test('of 20 levels is enough', () => {
    expect(parseJson(nested(20))).toBeDefined()
    expect(() => parseJson(nested(21))).toThrow(/deeper than 20/)
    expect(() => parseJson('{"a":'.repeat(21) + '1' + '}'.repeat(21))).toThrow(/deeper than 20/)
  })

  test('does not overflow the stack', () => {
    expect(() => parseJson(nested(100_000))).toThrow(/deeper than 20/)
  })
})

test('Nothing is a value', () => {
  expect(parseJson('{"a":null,"b":[null],"n":12345678901234567890}')).toEqual({ a: null, b: [null], n: '12345678901234567890' })
  expect(parseJson('null')).toBeNull()
})

test('One byte order mark is passed over, also as bytes', () => {
  expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 })
  expect(() => parseJson('\ufeff\ufeff{}')).toThrow(SyntaxError)
  expect(parseJson(utf8(Buffer.from('\ufeff{"a":"ü"}')))).toEqual({ a: 'ü' })
})

test('Bytes that are no UTF-8 become replacement signs, not an exception', () => {
  expect(utf8(Buffer.from([0x61, 0xff, 0xc3]))).toBe('a\ufffd\ufffd')
})

test('A member called __proto__ is a member, and makes nobody an administrator', () => {
  const value = parseJson('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"n":12345678901234567890}')
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'n'])
  expect((value as { admin?: unknown }).admin).toBeUndefined()
  expect(({ ...(value as object) } as { admin?: unknown }).admin).toBeUndefined()
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

test.each([
  [{}, true],
  [Object.create(null), true],
  [[], false],
  [null, false],
  [undefined, false],
  ['{}', false],
  [1, false],
  [() => 1, false],
])('%p is an object: %p', (value, is) => {
  expect(isObject(value)).toBe(is)
})
