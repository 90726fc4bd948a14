/** The headers of an answer by lower-case name, several of one name joined: the platform's Headers list each cookie by itself. */
export function joined(headers: Iterable<[string, string]>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of headers) plain[name] = name in plain ? `${plain[name] ?? ''}, ${value}` : value
  return plain
}

/** The headers of an answer as undici gives them, several of one name joined. */
export function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

/** Names in lower case, so that a header is there once however it was written; the later one wins. */
export function requestHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const own: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'authrouter' }
  for (const name of Object.keys(headers)) own[name.toLowerCase()] = headers[name] ?? ''
  return own
}

// The statuses that a Response must not be given a body for (Fetch Standard, null body status).
const statusesWithoutBody = new Set([101, 103, 204, 205, 304])

/** Whether an answer of this status has no body. */
export function isWithoutBody(status: number): boolean {
  return statusesWithoutBody.has(status)
}
