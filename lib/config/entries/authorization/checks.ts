import type { ResolvedProvider } from '../../../model/provider.js'
import { invalid } from '../../invalid.js'

/** @throws AuthError `config_invalid` for two options of authorization request and response that contradict each other */
export function checkAuthorization(provider: ResolvedProvider, path: string): void {
  const { protocol, par, pushedAuthorizationRequestEndpoint, responseMode, responseType, nonce } = provider
  if (par === false && pushedAuthorizationRequestEndpoint !== undefined)
    throw invalid(`${path}.par`, 'is false, and pushedAuthorizationRequestEndpoint is there: leave one of them out.')
  if (protocol !== 'oidc' && responseMode?.endsWith('.jwt'))
    throw invalid(`${path}.responseMode`, `must be 'query' or 'form_post' for the protocol '${protocol}': signed answers are for 'oidc'.`)
  if (responseType !== 'code id_token') return
  if (responseMode !== 'form_post')
    throw invalid(`${path}.responseMode`, "must be 'form_post' with responseType 'code id_token', or be left out.")
  if (nonce === false) throw invalid(`${path}.nonce`, "must not be false with responseType 'code id_token'.")
}
