import type { ResolvedProvider } from '../../model/provider.js'

/** Whether each request says by itself who sends it, in a header: there is no login to start and none to end. */
export function signsInByHeader({ protocol }: Pick<ResolvedProvider, 'protocol'>): boolean {
  return protocol === 'header-jwt'
}
