/** Parameters of a request: one that is repeated has a list of values. */
export type Parameters = Record<string, string | readonly string[]>

/** Parameters under the provider's own names. */
export function renamed<Value>(parameters: Record<string, Value>, names?: Record<string, string>): Record<string, Value> {
  if (names === undefined) return parameters
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [Object.hasOwn(names, name) ? (names[name] ?? name) : name, value]),
  )
}

/** An address with parameters added after those it has already. */
export function withParameters(endpoint: string, parameters: Parameters): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) {
    const [first = '', ...more] = [value].flat()
    url.searchParams.set(name, first)
    for (const item of more) url.searchParams.append(name, item)
  }
  return url.href
}

/** Parameters one by one, as `URLSearchParams` takes them. */
export function pairsOf(parameters: Parameters): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, item]))
}

/** The parameters of a form-encoded body. */
export function readForm(body: string): Parameters {
  const form = new URLSearchParams(body)
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const [value = '', ...more] = form.getAll(name)
      return [name, more.length === 0 ? value : [value, ...more]]
    }),
  )
}
