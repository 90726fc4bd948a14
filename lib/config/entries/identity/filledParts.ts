import type { ResolvedProvider } from '../../../model/provider.js'
import type { Template } from '../../../model/template.js'
import { endpoint } from '../../addresses.js'
import type { EntryOptions } from '../schema.js'
import { fill } from '../templates.js'

/** What of a header's JWT an entry names by templates, with its parameters in place. */
export function headerParts(
  { audience, signer, keyEndpoint }: Pick<EntryOptions, 'audience' | 'signer' | 'keyEndpoint'>,
  parameters: Readonly<Record<string, string>>,
  path: string,
): Pick<ResolvedProvider, 'audience' | 'signer' | 'keyEndpoint'> {
  return {
    ...(audience === undefined ? {} : { audience: isList(audience) ? audience : [fill(audience, parameters, `${path}.audience`)] }),
    ...(signer === undefined ? {} : { signer: fill(signer, parameters, `${path}.signer`) }),
    ...(keyEndpoint === undefined ? {} : { keyEndpoint: keyAddress(keyEndpoint, parameters, `${path}.keyEndpoint`) }),
  }
}

/** Whose name of a key is filled in for each token. */
function keyAddress(template: Template, parameters: Readonly<Record<string, string>>, path: string): string {
  const place = '<kid>'
  return endpoint(fill(template, { ...parameters, kid: place }, path).replaceAll(place, '{kid}'), path)
}

function isList(value: EntryOptions['audience']): value is readonly string[] {
  return Array.isArray(value)
}
