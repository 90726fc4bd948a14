import type { ProviderParameter } from '../../../model/provider.js'
import { matchesWhole } from '../../../tokens/wholeMatch.js'
import { isListed, readIdentifier } from '../../../protocols/openid2/identifier.js'
import { isHost } from '../../addresses.js'
import type { Allowed } from '../../settings.js'

const maxLength: Readonly<Record<ProviderParameter['kind'], number>> = { host: 253, address: 512, segment: 63, text: 255, identifier: 512 }

/** What a value that a user chose may look like where its parameter has no pattern: tighter than what an entry may say. */
const shapes: Readonly<Record<ProviderParameter['kind'], (value: string) => boolean>> = {
  host: (value) => isHost(value) && value.includes('.') && /[a-z][^.:]*(?::\d+)?$/.test(value),
  address: (value) => isHost(value.split('/')[0] ?? '') && /^[^/]+\.[^/]+(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(value),
  segment: (value) => /^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(value),
  text: (value) => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value),
  identifier: (value) => readIdentifier(value) !== undefined,
}

/**
 * A value that a user chose, as it may be filled into addresses.
 * @returns `undefined` for what its kind, its pattern or the entry does not allow
 */
export function chosenValue(given: string, { kind, pattern }: ProviderParameter, allowed: Allowed | undefined): string | undefined {
  if (given.length > maxLength[kind]) return undefined
  const trimmed = given.trim()
  if (kind === 'identifier') return chosenIdentifier(trimmed, pattern, allowed)
  // Names of hosts, and labels of them, are the same in capitals: one account, one value.
  const value = kind === 'host' || kind === 'segment' ? trimmed.toLowerCase() : trimmed
  if (!shapes[kind](value) || (pattern && !matchesWhole(pattern, value))) return undefined
  if (allowed === undefined) return kind !== 'text' && value.includes(':') ? undefined : value
  return isAllowed(value, allowed) ? value : undefined
}

/** Without a scheme it is the one that is allowed: on a developer's own machine that may be http. */
function chosenIdentifier(typed: string, pattern: RegExp | undefined, allowed: Allowed | undefined): string | undefined {
  return [typed, `http://${typed}`]
    .map(readIdentifier)
    .find(
      (value) =>
        value !== undefined
        && (pattern === undefined || matchesWhole(pattern, value))
        && allowed !== undefined
        && (allowed instanceof RegExp ? matchesWhole(allowed, value) : isListed(value, allowed)),
    )
}

function isAllowed(value: string, allowed: Allowed): boolean {
  return allowed instanceof RegExp ? matchesWhole(allowed, value) : allowed.some((listed) => listed.toLowerCase() === value.toLowerCase())
}
