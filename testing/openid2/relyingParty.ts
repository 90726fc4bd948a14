import { isWithin, readRealm, type Realm } from './realm.js'

/**
 * Tells whether a relying party lists an address among those that its answers may go to, in the XRDS document of its realm
 * (OpenID Authentication 2.0 section 9.2.1). It asks whatever host the realm names: a provider on a public network would have to filter.
 */
export async function listsReturnTo(realm: Realm, returnTo: URL): Promise<boolean> {
  try {
    const document = await fetchXrds(realmAddress(realm))
    return endpoints(document).some((endpoint) => {
      const allowed = readRealm(endpoint)
      return allowed !== undefined && !allowed.hasWildcard && isWithin(allowed, returnTo)
    })
  } catch {
    return false
  }
}

/** Where discovery starts: `www` stands for a wildcard. */
function realmAddress({ url, hasWildcard }: Realm): string {
  if (!hasWildcard) return url.href
  const address = new URL(url)
  address.hostname = `www.${url.hostname}`
  return address.href
}

async function fetchXrds(address: string, mayPointOn = true): Promise<string> {
  // A redirect would mean that the realm is not what it says (section 9.2.1), and is refused.
  const headers = { accept: 'application/xrds+xml' }
  const response = await fetch(address, { redirect: 'error', headers, signal: AbortSignal.timeout(3000) })
  if (!response.ok || !response.body) throw new Error(`${address} answers with ${response.status}`)
  const location = response.headers.get('x-xrds-location')
  if (location !== null && mayPointOn) return fetchXrds(new URL(location, address).href, false)
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true })
    if (text.length > maximumLength) throw new Error(`${address} is too long`)
  }
  return text
}

/** The addresses of its services of that type. The document is read as text: what an XML parser would do beyond that is not wanted. */
function endpoints(document: string): string[] {
  return [...document.matchAll(/<Service[\s>][^]*?<\/Service>/g)]
    .map(([service]) => service)
    .filter((service) => valuesOf(service, 'Type').includes('http://specs.openid.net/auth/2.0/return_to'))
    .flatMap((service) => valuesOf(service, 'URI'))
}

function valuesOf(service: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`, 'g')
  return [...service.matchAll(pattern)].map(([, value = '']) => value.trim().replaceAll('&amp;', '&'))
}

const maximumLength = 100_000
