import type { ProtocolName, ResolvedProvider } from '../../../model/provider.js'
import type { OwnProtocol } from '../../../model/protocols/ownProtocol.js'
import { invalid } from '../../invalid.js'
import type { EntryOptions, SpokenOptions } from '../schema.js'
import { checkFitness, commonOptions } from './fitness.js'

const ofClient: ReadonlySet<string> = new Set<keyof EntryOptions>(['clientId', 'clientSecret', 'client'])

/** What an entry may say whose users are sent to a provider. */
const common: ReadonlySet<string> = new Set([...commonOptions, 'ask', 'allow', 'callbackPath'])

/**
 * What an entry says to its protocol. To one of the application's own it says only what that reads: what is said for all entries at once
 * is not meant for each of them.
 *
 * @param protocol as the entry, or the catalogue, has it
 * @param merged what all sources say
 * @param own what the entry says itself
 * @throws AuthError `config_invalid` for what the entry says itself and its protocol has no use for
 */
export function spokenOptions(
  protocol: ProtocolName | OwnProtocol,
  merged: EntryOptions,
  own: EntryOptions,
  { path }: { path: string },
): SpokenOptions {
  if (typeof protocol === 'string') {
    checkFitness(protocol, own, { path })
    return { ...merged, protocol }
  }
  checkOwn(protocol, own, path)
  const read = Object.entries(merged).filter(([option]) => isRead(protocol, option))
  return { ...(Object.fromEntries(read) as EntryOptions), protocol: protocol.name, ownProtocol: protocol }
}

function isRead({ client, reads }: OwnProtocol, option: string): boolean {
  return common.has(option) || reads.has(option) || (client !== 'none' && ofClient.has(option))
}

function checkOwn(protocol: OwnProtocol, options: EntryOptions, path: string): void {
  const unread = Object.keys(options).find((option) => !isRead(protocol, option))
  if (unread !== undefined) {
    throw invalid(
      `${path}.${unread}`,
      `is not read by the protocol '${protocol.name}': leave it out, or name it in options where the protocol is defined.`,
    )
  }
  // The other hooks change requests that only our own protocols make.
  const called = protocol.tokens ? ['userinfo', 'apiRequest'] : ['userinfo']
  const uncalled = Object.keys(options.hooks ?? {}).find((hook) => !called.includes(hook))
  if (uncalled !== undefined) throw invalid(`${path}.hooks.${uncalled}`, `is not called for the protocol '${protocol.name}': leave it out.`)
}

/**
 * Where one slug means several providers, an id is nobody's without them.
 * @throws AuthError `config_invalid` for an entry of a protocol that names none
 */
export function checkNamed({ ownProtocol, ...provider }: ResolvedProvider, path: string): void {
  const { issuer, apiBaseUrl, userinfoEndpoint, tokenEndpoint, authorizationEndpoint } = provider
  if (!ownProtocol || (issuer ?? apiBaseUrl ?? userinfoEndpoint ?? tokenEndpoint ?? authorizationEndpoint) !== undefined) return
  throw invalid(
    `${path}.protocol`,
    `'${ownProtocol.name}' does not tell the users of one provider from those of another, and this slug means several: `
      + "have the protocol require 'authorizationEndpoint' or 'issuer'.",
  )
}
