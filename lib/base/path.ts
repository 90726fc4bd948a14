import { isObject } from './json.js'

/**
 * Reads a value out of parsed JSON by a path.
 *
 * Keys are joined by dots; a number picks from an array; `["key"]` names a key that has dots in it; `[name=value]` picks the first
 * array element whose `name` equals `value`. Only own properties count.
 *
 * @example readPath(raw, 'emails[primary=true].value')
 */
export function readPath(source: unknown, path: string): unknown {
  return steps(path).reduce((value, step) => step(value), source)
}

type Step = (value: unknown) => unknown

const compiled = new Map<string, Step[]>()
const grammar = /\["([^"]+)"\]|\[([^\]=]+)=([^\]]*)\]|([^.[\]]+)/g

// Paths come from the configuration, so there are only as many as it has fields.
function steps(path: string): Step[] {
  let list = compiled.get(path)
  if (!list) {
    list = [...path.matchAll(grammar)].map(([, quoted, name, wanted, key]) =>
      name === undefined ? ownProperty(quoted ?? key ?? '') : firstWhere(name, wanted ?? ''),
    )
    compiled.set(path, list)
  }
  return list
}

function ownProperty(key: string): Step {
  return (value) => {
    if (Array.isArray(value)) return /^\d+$/.test(key) ? (value[Number(key)] as unknown) : undefined
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }
}

function firstWhere(name: string, wanted: string): Step {
  return (value) =>
    Array.isArray(value)
      ? (value.find((item: unknown) => isObject(item) && Object.hasOwn(item, name) && isWritten(item[name], wanted)) as unknown)
      : undefined
}

function isWritten(value: unknown, text: string): boolean {
  return (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && String(value) === text
}
