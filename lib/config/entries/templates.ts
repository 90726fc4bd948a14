import type { Template } from '../../model/template.js'
import { invalid } from '../invalid.js'

/**
 * An address with its parameters in place.
 *
 * @param parameters the provider's parameters, each already checked for what it may look like
 * @throws AuthError `config_invalid` when the text names a parameter that there is not
 */
export function fill(template: Template, parameters: Readonly<Record<string, string>>, path: string): string {
  const address =
    typeof template === 'function'
      ? call(template, parameters, path)
      : template.replace(/\{([^{}]*)\}/g, (braces, name: string) =>
          Object.hasOwn(parameters, name) ? (parameters[name] ?? braces) : braces,
        )
  const [braces] = /\{[^{}]*\}/.exec(address) ?? []
  if (braces === undefined) return address
  throw invalid(path, `holds ${braces}, which is none of the provider's parameters: write the value there.`)
}

function call(template: Exclude<Template, string>, parameters: Readonly<Record<string, string>>, path: string): string {
  let address: unknown
  try {
    address = template({ ...parameters })
  } catch (cause) {
    throw invalid(path, 'is a function that throws: it must answer the address as a text.', cause)
  }
  if (typeof address === 'string' && address !== '') return address
  throw invalid(path, 'is a function that does not answer a text: it must answer the address.')
}
