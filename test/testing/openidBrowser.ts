/** A browser of a few lines: cookies by path, redirects within one origin, forms as a person would send them. */
export interface Browser {
  /** Requests and follows redirects; stops at one that leads to another origin, and gives that as `location`. */
  open(url: string, form?: Record<string, string>): Promise<Visit>
}

export interface Visit {
  url: string
  status: number
  html: string
  location?: URL
}

/** Makes a browser without cookies that stays at `origin`. */
export function createBrowser(origin: string): Browser {
  const cookies = new Map<string, { path: string; pair: string }>()

  const cookieHeader = (path: string) =>
    [...cookies.values()]
      .filter((cookie) => path.startsWith(cookie.path))
      .map((cookie) => cookie.pair)
      .join('; ')

  const remember = (header: string) => {
    const [pair = '', ...attributes] = header.split('; ')
    const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice('path='.length) ?? '/'
    const key = `${path} ${pair.slice(0, pair.indexOf('='))}`
    if (attributes.includes('expires=Thu, 01 Jan 1970 00:00:00 GMT')) cookies.delete(key)
    else cookies.set(key, { path, pair })
  }

  return {
    async open(url, form) {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: cookieHeader(new URL(url).pathname), accept: 'text/html' },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      })
      response.headers.getSetCookie().forEach(remember)
      const html = await response.text()
      const target = response.headers.get('location')
      if (target === null) return { url, status: response.status, html }
      const location = new URL(target, url)
      return location.origin === origin ? this.open(location.href) : { url, status: response.status, html, location }
    },
  }
}
