/** One challenge of a `WWW-Authenticate` header: scheme and parameter names in lower case. */
export interface Challenge {
  scheme: string
  parameters: ReadonlyMap<string, string>
}

/** Characters that are read: more is nobody's challenge. */
const maxLength = 4096

// A token, and with an equals sign its value: a token, or a text in quotes.
const token = "[\\w!#$%&'*+.^`|~-]+"
const part = new RegExp(`(${token})(?:[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token})))?`, 'g')

/**
 * The challenges of a `WWW-Authenticate` header, several of which may stand in one line (RFC 9110 section 11.6.1). A parameter that is
 * there twice counts as the first one.
 */
export function readChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  for (const [, name = '', quoted, plain] of header.slice(0, maxLength).matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
    const parameters = challenges.at(-1)?.parameters
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else if (parameters && !parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value)
  }
  return challenges
}
