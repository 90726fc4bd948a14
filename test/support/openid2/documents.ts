/** One service of an XRDS document. */
export interface DocumentService {
  types?: readonly string[]
  uris: readonly string[]
  localId?: string
  priority?: number
}

/** An XRDS document with these services; of users of OpenID 2.0 unless told. */
export function xrds(services: readonly DocumentService[]): string {
  const lines = services.map(
    ({
      types = ['http://specs.openid.net/auth/2.0/signon'],
      uris,
      localId,
      priority,
    }) => `<Service${priority === undefined ? '' : ` priority="${String(priority)}"`}>
${types.map((type) => `<Type>${type}</Type>`).join('')}${uris.map((uri) => `<URI>${uri.replaceAll('&', '&amp;')}</URI>`).join('')}${localId === undefined ? '' : `<LocalID>${localId}</LocalID>`}
</Service>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>
${lines.join('\n')}
</XRD></xrds:XRDS>`
}
