/** Decodes `application/x-www-form-urlencoded` text in its order, repeated names kept; `undefined` when it is malformed. */
export function parseFormEncoded(text: string): [name: string, value: string][] | undefined {
  if (/[^\x21-\x7e]/.test(text)) return undefined
  try {
    return text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
        return [decodeURIComponent(name), decodeURIComponent(value.join('='))]
      })
  } catch {
    return undefined
  }
}

/** Tells whether a Content-Type means a form-encoded body; parameters such as `charset` may follow. */
export function isFormEncoded(contentType: string): boolean {
  return /^application\/x-www-form-urlencoded[ \t]*(;|$)/i.test(contentType)
}
