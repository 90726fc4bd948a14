import type { Provider } from '../../model/provider.js'
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

type Facts = Pick<Provider, 'facts'>

/** Whether a text holds `{fact}`: its address is known once a connection is. */
export function namesFact(template: Template, { facts = {} }: Facts): boolean {
  return typeof template === 'string' && Object.keys(facts).some((name) => template.includes(`{${name}}`))
}

/** Whether what a template makes may be another address for each connection: a function is asked with the facts as well. */
export function dependsOnFacts(template: Template, { facts = {} }: Facts): boolean {
  return typeof template === 'function' ? Object.keys(facts).length > 0 : namesFact(template, { facts })
}

/**
 * A base address with its parameters in place and its facts still to come.
 * @throws AuthError `config_invalid` where a fact could send tokens to any host
 */
export function factTemplate(
  template: Template,
  facts: Required<Provider>['facts'],
  parameters: Readonly<Record<string, string>>,
  path: string,
): Template {
  if (typeof template === 'function') return (known) => template({ ...parameters, ...known })
  const text = fill(template, { ...parameters, ...Object.fromEntries(Object.keys(facts).map((name) => [name, `<${name}>`])) }, path)
  const isAddress = (name: string): boolean => typeof facts[name] === 'object' && facts[name].hosts !== undefined
  const [, start] = /^<(\w+)>(?=\/|$)/.exec(text) ?? []
  const rest = start === undefined ? text.replace(/^https:\/\/<\w+>(?=\.[^/<>]+\.[^/<>]+)/, 'https://label') : text.slice(start.length + 2)
  const authority = start === undefined ? (/^https:\/\/[^/]+/.exec(rest)?.[0] ?? '<') : ''
  if (start !== undefined && !isAddress(start)) {
    throw invalid(
      path,
      `begins with {${start}}, which could be any host: give the fact hosts, as in { path: '...', hosts: ['*.example.com'] }.`,
    )
  }
  const misplaced = [...rest.matchAll(/<(\w+)>/g)].map(([, name = '']) => name).find(isAddress)
  if (misplaced !== undefined) throw invalid(path, `holds {${misplaced}}, which is an address, in the middle: begin with it.`)
  if (authority.includes('<')) {
    throw invalid(
      path,
      'must have a host that no fact decides: a fact with hosts at its beginning, or one in front of it, as in https://{region}.api.example.com/.',
    )
  }
  return text.replace(/<(\w+)>/g, '{$1}')
}
