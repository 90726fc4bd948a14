import { isPlainObject } from './json.js'

/** A deeply frozen copy: plain objects and lists are copied, everything else, such as a function, stays itself. */
export function frozen<Value>(value: Value): Value {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as Value
  if (!isPlainObject(value)) return value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, frozen(member)]))) as Value
}
