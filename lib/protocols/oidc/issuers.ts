import { discoverMetadata } from '../../endpoints/discovery/discovery.js'
import type { Context } from '../../model/context.js'
import { tenantOf } from './claims/tenants.js'

/**
 * Whether a text is the provider's issuer, letter by letter, or that of one of its tenants.
 * @throws AuthError what discovery throws
 */
export async function isIssuer(context: Context, issuer: string): Promise<boolean> {
  return issuer === context.provider.issuer || tenantOf((await discoverMetadata(context)).issuer, issuer) !== undefined
}
