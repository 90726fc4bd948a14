/** What a browser shows after a navigation. */
export interface Page {
  url: string
  status: number
  headers: Headers
  body: string
}

export interface Navigation {
  method?: string
  form?: Record<string, string>
  headers?: Record<string, string>
  /** Follow redirects (default), or stop where this says so. */
  follow?: boolean | ((location: string) => boolean)
}

/** A browser without a window: cookies by host, redirects followed, nothing else. */
export interface Browser {
  go: (url: string, navigation?: Navigation) => Promise<Page>
  json: <T = unknown>(url: string, navigation?: Navigation) => Promise<{ status: number; data: T; headers: Headers }>
  cookies: (host: string) => Map<string, string>
  /** The `Set-Cookie` lines that came, in order. */
  setCookies: string[]
}

const maxRedirects = 12

export function createBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>()
  const setCookies: string[] = []
  const jarOf = (host: string): Map<string, string> => {
    let jar = jars.get(host)
    if (!jar) jars.set(host, (jar = new Map<string, string>()))
    return jar
  }

  async function send(url: string, { method = 'GET', form, headers = {} }: Navigation): Promise<Response> {
    const { host } = new URL(url)
    const cookie = [...jarOf(host)].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      setCookies.push(line)
      keep(jarOf(host), line)
    }
    return response
  }

  async function go(url: string, navigation: Navigation = {}): Promise<Page> {
    let current = url
    let next = navigation
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const response = await send(current, next)
      const location = response.headers.get('location')
      const target = location === null ? undefined : new URL(location, current).href
      const follow = navigation.follow ?? true
      const goesOn =
        target !== undefined && response.status >= 300 && response.status < 400 && (typeof follow === 'function' ? follow(target) : follow)
      if (!goesOn) return { url: current, status: response.status, headers: response.headers, body: await response.text() }
      await response.body?.cancel()
      current = target
      next = { headers: navigation.headers ?? {} }
    }
    throw new Error(`More than ${String(maxRedirects)} redirects, the last to ${current}`)
  }

  return {
    go,
    async json<T>(url: string, navigation: Navigation = {}) {
      const page = await go(url, { ...navigation, follow: false, headers: { accept: 'application/json', ...navigation.headers } })
      return { status: page.status, headers: page.headers, data: JSON.parse(page.body) as T }
    },
    cookies: jarOf,
    setCookies,
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  if (attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute))) jar.delete(name)
  else jar.set(name, pair.slice(equals + 1))
}
