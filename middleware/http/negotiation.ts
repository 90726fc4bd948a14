import type { HostRequest } from './host.js'

/** Whether the client asks for JSON rather than for a page. */
export function wantsJson(host: Pick<HostRequest, 'header'>): boolean {
  const accept = host.header('accept') ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

/** Whether a request comes from a script or a program rather than from somebody who follows a link. */
export function isApiRequest(host: Pick<HostRequest, 'header'>): boolean {
  const destination = host.header('sec-fetch-dest')
  return (
    wantsJson(host)
    || (destination !== undefined && destination !== 'document')
    || host.header('x-requested-with')?.toLowerCase() === 'xmlhttprequest'
  )
}

/** Whether a script of a page sent a request (`fetch`, `XMLHttpRequest`) without a word about what it takes. */
export function isScript(host: Pick<HostRequest, 'header'>): boolean {
  return host.header('sec-fetch-dest') === 'empty' && !(host.header('accept') ?? '').includes('text/html')
}
