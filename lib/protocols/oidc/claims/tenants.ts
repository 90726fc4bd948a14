/** What a document that speaks for many issuers has in the place of a tenant's id. */
export const tenantPlace = '{tenantid}'

/**
 * The tenant that an issuer names.
 * @param issuer of the discovery document, which may have a place for tenants
 * @param named issuer of an answer
 * @returns `undefined` where the document speaks for one issuer, and for an issuer that is none of its tenants
 */
export function tenantOf(issuer: string, named: unknown): string | undefined {
  const [head = '', tail] = issuer.split(tenantPlace)
  if (tail === undefined || typeof named !== 'string' || !named.startsWith(head) || !named.endsWith(tail)) return undefined
  const tenant = named.slice(head.length, named.length - tail.length)
  return /^[\w-]+$/.test(tenant) ? tenant : undefined
}
