import type { ProviderHooks } from '../../model/provider.js'
import type { EntryOptions } from './schema.js'

const mergedByKey = [
  'profile',
  'authorizationParams',
  'tokenParams',
  'requestTokenParams',
  'refreshParams',
  'apiHeaders',
  'extraRequests',
  'facts',
  'parameterNames',
] as const

/**
 * Lays one set of options over another: what the upper one says wins, tables are merged key by key, and hooks run one after the
 * other, the lower one first.
 */
export function merge(lower: EntryOptions, upper: EntryOptions): EntryOptions {
  const shared = mergedByKey.filter((name) => lower[name] && upper[name])
  const tables = shared.map((name) => [name, { ...lower[name], ...upper[name] }])
  return {
    ...lower,
    ...upper,
    ...(Object.fromEntries(tables) as Pick<EntryOptions, (typeof mergedByKey)[number]>),
    ...(lower.hooks && upper.hooks ? { hooks: composed(lower.hooks, upper.hooks) } : {}),
  }
}

function composed(first: ProviderHooks, second: ProviderHooks): ProviderHooks {
  const hooks: ProviderHooks = { ...first, ...second }
  for (const name of Object.keys(hooks) as (keyof ProviderHooks)[]) chain(hooks, name, first[name], second[name])
  return hooks
}

type Hook = (value: unknown, ...others: unknown[]) => unknown

function chain(hooks: ProviderHooks, name: keyof ProviderHooks, first: unknown, second: unknown): void {
  if (!first || !second) return
  // Every hook takes what it changes as its first argument and answers it changed; the compiler cannot follow that over a union.
  const chained: Hook = (value, ...others) => (second as Hook)((first as Hook)(value, ...others), ...others)
  hooks[name] = chained as never
}
