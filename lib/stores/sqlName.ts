import { AuthError } from '../base/errors.js'

/**
 * A name as it is written in SQL, quoted, so that it keeps its case and may be a reserved word.
 * @param name letters, digits and underscores, at most 50 characters; `schema.table` where `parts` is 2, of which each part is one
 * @param whose what is called so, for the message
 * @throws AuthError `config_invalid` for anything else
 */
export function quoteName(name: string, whose: string, parts: 1 | 2 = 1): string {
  const names = name.split('.')
  if (names.length > parts || !names.every((part) => /^[a-z_]\w{0,49}$/i.test(part))) {
    const example = parts === 2 ? '"tokens" or "schema.tokens"' : '"tokens"'
    throw new AuthError('config_invalid', `${whose} must be a name such as ${example}: letters, digits and underscores.`)
  }
  return names.map((part) => `"${part}"`).join('.')
}
