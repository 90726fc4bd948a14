import type { ResolvedProvider } from '../../../model/provider.js'
import { coversAddress } from '../../../protocols/openid2/realm.js'
import { invalid } from '../../invalid.js'

/**
 * Refuses a realm of OpenID 2.0 that can cover no callback (OpenID Authentication 2.0 section 9.2). Its path is only known to be right at a
 * login: where a router is mounted is not the configuration's to say.
 * @param callbackUrls of the entry, as far as they are known
 * @throws AuthError `config_invalid`
 */
export function checkRealm({ protocol, realm }: ResolvedProvider, callbackUrls: readonly string[], path: string): void {
  if (protocol !== 'openid2' || realm === undefined) return
  if (!coversAddress(realm, realm.replace('*.', 'www.')))
    throw invalid(`${path}.realm`, 'must be an http or https URL without query and fragment; its host may begin with *. for all below it.')
  const [site = ''] = /^https?:\/\/[^/]*/i.exec(realm) ?? []
  const uncovered = callbackUrls.find((url) => URL.canParse(url) && !coversAddress(`${site}/`, url))
  if (uncovered !== undefined)
    throw invalid(`${path}.realm`, `must cover the callback, ${uncovered}: write an address of the same scheme, host and port.`)
}
