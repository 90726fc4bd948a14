import type { ResolvedProvider } from '../../../model/provider.js'
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
    ...(keyEndpoint === undefined
      ? {}
      : { keyEndpoint: endpoint(fill(keyEndpoint, { ...parameters, kid: '{kid}' }, `${path}.keyEndpoint`), `${path}.keyEndpoint`) }),
  }
}

function isList(value: EntryOptions['audience']): value is readonly string[] {
  return Array.isArray(value)
}
