import { IncomingMessage } from 'node:http'

/**
 * Where the getters stand: with Express on the object that all its requests inherit from, once, because properties defined on each
 * request cost a tenth of a small answer; without it, or beside another copy of this package, on the request.
 */
export function homeOf(req: object): object {
  let prototype = Object.getPrototypeOf(req) as object | null
  while (prototype && prototype !== IncomingMessage.prototype) {
    const parent = Object.getPrototypeOf(prototype) as object | null
    if (parent === IncomingMessage.prototype && !Object.hasOwn(prototype, 'authUser')) return prototype
    prototype = parent
  }
  return req
}
