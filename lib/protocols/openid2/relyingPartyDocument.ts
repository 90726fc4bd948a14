/**
 * The document by which a provider finds out where answers for a realm may go (OpenID Authentication 2.0 section 13).
 * @param returnUrls callbacks, without what a login adds to them
 */
export function relyingPartyDocument(returnUrls: readonly string[]): { contentType: string; body: string } {
  return {
    contentType: 'application/xrds+xml',
    body: `<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)">
  <XRD>
    <Service priority="0">
      <Type>http://specs.openid.net/auth/2.0/return_to</Type>
${returnUrls.map((url) => `      <URI>${escaped(url)}</URI>`).join('\n')}
    </Service>
  </XRD>
</xrds:XRDS>
`,
  }
}

function escaped(url: string): string {
  return new URL(url).href.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
