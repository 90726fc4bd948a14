import { isPlainObject } from '../base/json.js'
import type { Registration } from '../model/context.js'
import { noteCallbackPath } from './entries/callbackUrls.js'
import { refuseCallback, resolveEntry, type EntrySources } from './entries/entries.js'
import { optionNames } from './entries/schema.js'
import { checkSlug, checkVariables } from './entries/slugs.js'
import { invalid, printable } from './invalid.js'
import { allOf } from './invalid.js'
import type { ProviderLookup, ProviderTable } from './settings.js'
import { unknownOption, withoutUndefined } from './shapes.js'
import { unavailable } from './unavailable.js'

/** The configured providers, and the way to complete one that comes later. */
export interface ResolvedProviders<Request> {
  registrations: ReadonlyMap<string, Registration>
  lookup: ProviderLookup<Request> | undefined
  register: (slug: string, entry: object) => Registration
}

/**
 * Checks and completes `providers` in each of its forms.
 * @throws AuthError `config_invalid`
 */
export function resolveProviders<Request>(
  providers: ProviderTable | readonly string[] | ProviderLookup<Request>,
  sources: Omit<EntrySources, 'defaults'>,
): ResolvedProviders<Request> {
  if (typeof providers === 'function') {
    // The slugs of such entries are not the developer's: a tenant who chose one must not get the secret of that name.
    return {
      registrations: new Map(),
      lookup: providers,
      register: registrar({ ...sources, env: undefined, defaults: {}, warn: undefined, lookedUp: true }),
    }
  }
  const { defaults, entries } = readTable(providers)
  refuseCallback(Object.keys(defaults), '<slug>', 'providers.defaults', sources)
  if (defaults['callbackPath'] !== undefined)
    throw invalid('providers.defaults.callbackPath', 'cannot be the same for all entries: give it to one of them.')
  checkDefaults(defaults, entries, sources.catalogue)
  checkVariables(Object.keys(entries))
  const register = registrar({ ...sources, defaults })
  if (Object.keys(entries).length === 0)
    throw invalid('providers', 'is empty: give at least one entry of the catalogue, or a provider of your own.')
  const registrations = allOf(
    Object.fromEntries(Object.entries(entries).map(([slug, entry]) => [slug, () => register(slug, entry as object)])),
  )
  const callbackSlugs = new Map<string, string>()
  for (const registration of Object.values(registrations)) noteCallbackPath(callbackSlugs, registration)
  return { registrations: new Map(Object.entries(registrations)), lookup: undefined, register }
}

/** Completes an entry once: what is remembered of a provider hangs on it, so one entry must not become two of them. */
function registrar(sources: EntrySources): (slug: string, entry: object) => Registration {
  const known = new WeakMap<object, Map<string, Registration>>()
  return (slug, entry) => {
    checkSlug(slug)
    const shared = known.get(entry) ?? new Map<string, Registration>()
    const key = dependsOnSlug(entry, sources) ? slug : ''
    const registration = shared.get(key) ?? resolveEntry(slug, entry, sources)
    known.set(entry, shared.set(key, registration))
    return registration.slug === slug ? registration : Object.freeze({ ...registration, slug })
  }
}

/**
 * Whether an entry means something else under another slug: by the environment, or by the catalogue. Any other may be found under as
 * many slugs as a visitor cares to invent, and nothing is kept for each of them.
 */
function dependsOnSlug(entry: object, { env }: EntrySources): boolean {
  if (env) return true
  const { protocol, provider } = entry as { protocol?: unknown; provider?: unknown }
  return (protocol ?? provider) === undefined
}

interface Table {
  defaults: Record<string, unknown>
  entries: Record<string, unknown>
}

function readTable(providers: ProviderTable | readonly string[]): Table {
  if (Array.isArray(providers)) return { defaults: {}, entries: fromList(providers) }
  if (!isPlainObject(providers)) {
    throw invalid('providers', 'must be a plain object of entries by slug: no class instance, and no key __proto__.')
  }
  const { defaults = {}, ...entries } = providers as Record<string, unknown>
  if (isPlainObject(defaults)) return { defaults: withoutUndefined(defaults), entries }
  throw invalid('providers.defaults', 'must be a plain object of options, which every entry starts from.')
}

function fromList(slugs: readonly unknown[]): Record<string, unknown> {
  const seen = new Set<string>()
  slugs.forEach((slug, index) => {
    if (typeof slug !== 'string') throw invalid(`providers[${String(index)}]`, 'must be the name of a catalogue entry.')
    if (seen.has(slug)) {
      throw invalid(
        `providers.${printable(slug)}`,
        'is listed twice: give the second one a slug of its own, as in ' + `{ other: { provider: '${printable(slug)}' } }.`,
      )
    }
    seen.add(slug)
  })
  return Object.fromEntries([...seen].map((slug) => [slug, {}]))
}

/** Names that no entry could have any use for are mistakes of spelling. */
function checkDefaults(defaults: Record<string, unknown>, entries: Record<string, unknown>, catalogue: EntrySources['catalogue']): void {
  const options: readonly string[] = optionNames.filter((name) => name !== 'parameters')
  const others = Object.keys(defaults).filter((name) => !options.includes(name))
  // Asking the catalogue for its parameters reads all its files.
  if (others.length === 0) return
  const parameters = [...Object.values(catalogue), ...Object.values(entries)]
    .filter(isPlainObject)
    .map((provider) => provider['parameters'])
    .filter(isPlainObject)
  const known = [...options, ...parameters.flatMap(Object.keys)]
  const wrong = others.find((name) => !known.includes(name))
  if (wrong === undefined) return
  throw invalid(`providers.defaults.${printable(wrong)}`, unknownOption(wrong, known, unavailable.entryOptions))
}
