import * as v from 'valibot'
import type { OwnProtocol } from '../../../model/protocols/ownProtocol.js'
import type { ProtocolName } from '../../../model/provider.js'
import { definitionOf } from '../../../protocols/own/defineProtocol.js'
import { alternatives, oneOf } from '../../shapes.js'

const names = ['oauth1', 'oauth2', 'oidc', 'openid2', 'header-jwt'] as const satisfies readonly ProtocolName[]

const own = v.custom<OwnProtocol>(
  (value) => definitionOf(value) !== undefined,
  `must be ${alternatives(names)}, or a protocol that defineProtocol made: protocol: defineProtocol({ name, ... }).`,
)

/** What an entry speaks: a protocol of ours by its name, or one of the application's own. */
export const protocol = v.lazy((value) => (typeof value === 'string' ? oneOf(names) : own)) as v.GenericSchema<
  unknown,
  ProtocolName | OwnProtocol
>
