import { sha256 } from '../../../lib/base/random.js'
import type { Context } from '../../../lib/model/context.js'
import type { ProviderSession } from '../../../lib/model/protocol.js'

/** Characters of one name: 132 bits. */
const nameLength = 22

/**
 * Names of the lists by which a provider's logout finds sessions: by its `sid`, and by its `sub`. Of one issuer and client, whatever the slug:
 * another issuer's same `sub` is somebody else.
 */
export function providerNames({ client }: Pick<Context, 'client'>, session: ProviderSession): { bySid?: string; bySub?: string } {
  const { issuer, sid, sub } = session
  const nameOf = (kind: 'sid' | 'sub', value: string): string =>
    sha256(JSON.stringify([kind, issuer, client.clientId, value])).slice(0, nameLength)
  return {
    ...(sid === undefined ? {} : { bySid: nameOf('sid', sid) }),
    ...(sub === undefined ? {} : { bySub: nameOf('sub', sub) }),
  }
}
