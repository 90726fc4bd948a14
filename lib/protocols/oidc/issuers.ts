import { discover } from '../../endpoints/discovery/discovery.js'
import type { Context } from '../../model/context.js'

// Some servers have one document for many tenants, with a place holder in its issuer that the tenant's id takes.
const placeHolder = '{tenantid}'

/**
 * Whether a text is the provider's issuer, letter by letter.
 * @throws AuthError what discovery throws
 */
export async function isIssuer(context: Context, issuer: unknown): Promise<boolean> {
  if (typeof issuer !== 'string') return false
  if (issuer === context.provider.issuer) return true
  const named = (await discover(context)).serverMetadata().issuer
  const [head = '', tail] = named.split(placeHolder)
  if (tail === undefined) return false
  return issuer.startsWith(head) && issuer.endsWith(tail) && /^[\w-]+$/.test(issuer.slice(head.length, issuer.length - tail.length))
}
