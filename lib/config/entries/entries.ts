import type { AuthError } from '../../base/errors.js'
import { frozen } from '../../base/freeze.js'
import { isPlainObject } from '../../base/json.js'
import type { Client } from '../../model/client.js'
import type { Registration } from '../../model/context.js'
import type { Provider, ProviderParameter, ResolvedProvider } from '../../model/provider.js'
import { readEntry, readVariable, variableOf, type Environment } from '../environment.js'
import { invalid, MissingSettings, printable } from '../invalid.js'
import { check, withoutUndefined } from '../shapes.js'
import { didYouMean } from '../suggest.js'
import { askingRegistration } from './asked/ask.js'
import { checkCallbackPath, isCallbackName } from './callbackUrls.js'
import { allowedTenants, completeProvider } from './completeProvider.js'
import { merge } from './merge.js'
import { reachOf } from './reach.js'
import { checkRequirements, type EntryPath, lackingIn, missing } from './requirements.js'
import { entrySchema, optionNames, type EntryOptions, type SpokenOptions } from './schema.js'
import { declarations } from './shapes.js'
import { checkNamed, spokenOptions } from './fitness/spoken.js'
import { checkRealm } from './identity/realm.js'
import { withTypedIdentifier } from './identity/typedIdentifier.js'
import { checkSlug } from './slugs.js'

/** What an entry is completed from. */
export interface EntrySources extends Pick<EntryPath, 'production' | 'wayOut' | 'hasTokenStore'> {
  catalogue: Readonly<Record<string, Provider>>
  /** Names that the catalogue had once, and what to do instead. */
  retired: Readonly<Record<string, string>>
  /** `undefined` where the environment is not to be read. */
  env: Environment | undefined
  /** Merged under every entry. */
  defaults: Readonly<Record<string, unknown>>
  /** Prefix of the routes. */
  path: string
  /** Where the provider of a slug sends people back to, for messages. */
  callbackUrls: (slug: string) => readonly string[]
  /** Receives what a developer should know of an entry; absent where entries come with requests. */
  warn?: ((message: string) => void) | undefined
  /** Whether entries come from a lookup, and with them addresses that somebody else may have written. */
  lookedUp?: boolean
}

type Raw = Readonly<Record<string, unknown>>

type Declarations = Readonly<Record<string, ProviderParameter>>

/** What one source says, checked: options, and values of the provider's parameters. */
interface Layer {
  options: EntryOptions
  values: Record<string, string>
}

/**
 * Checks one entry and completes it: the catalogue's options, over them the environment's, the defaults' and its own.
 *
 * @param given the entry as the application wrote it
 * @returns the entry with its addresses filled, deeply frozen
 * @throws AuthError `config_invalid`
 */
export function resolveEntry(slug: string, given: unknown, sources: EntrySources): Registration {
  checkSlug(slug)
  const entryPath: EntryPath = {
    path: `providers.${slug}`,
    production: sources.production,
    wayOut: sources.wayOut,
    hasTokenStore: sources.hasTokenStore,
    lookedUp: sources.lookedUp,
    variableOf: (option) => sources.env && variableOf(slug, option),
  }
  if (!isPlainObject(given)) throw invalid(entryPath.path, 'must be an object of options: write {} for a catalogue entry as it is.')
  const own = withoutUndefined(given)
  refuseCallback(Object.keys(own), slug, entryPath.path, sources)

  const base = baseProvider(slug, own, sources, entryPath)
  const declared = base ? (base.parameters ?? {}) : check(declarations, own['parameters'] ?? {}, `${entryPath.path}.parameters`)
  const layers = readLayers(slug, own, declared, sources, entryPath.path)
  const merged = layers.map((layer) => layer.options).reduce(merge, base ?? {})
  const named = base?.protocol ?? merged.protocol
  if (named === undefined)
    throw new MissingSettings([`${entryPath.path}.protocol is missing: set it to 'oidc', 'oauth2', 'oauth1', 'openid2' or 'header-jwt'.`])
  const { options, parameters } = withTypedIdentifier(spokenOptions(named, merged, layers.at(-1)?.options ?? {}, entryPath), declared)

  const { callbackPath } = options
  if (callbackPath !== undefined) checkCallbackPath(callbackPath, slug, sources, `${entryPath.path}.callbackPath`)
  const values = parameterValues(declared, layers)
  // What is said for all entries at once is not meant for each of them.
  const isOwnWish = layers.some(({ options: { offline } }, index) => offline === true && index !== sharedLayer)
  const read: ReadEntry = { slug, options, parameters, values, entryPath, sources, isOwnWish }
  if (options.ask === undefined) {
    const tenants = allowedTenants(options)
    const unused = (['allow', 'client'] as const).find((name) => options[name] !== undefined && options[name] !== tenants)
    if (unused) throw invalid(`${entryPath.path}.${unused}`, "is for an entry that asks: name the parameters, as in ask: ['host'].")
    return completed(read)
  }
  return askingRegistration({
    options,
    parameters,
    values,
    path: entryPath.path,
    complete: (chosen, client, { isForeign, isSample }) =>
      completed(
        { ...read, options: { ...read.options, ...client }, values: { ...values, ...chosen }, isOwnWish: isOwnWish && isSample === true },
        isForeign,
      ),
  })
}

/** An entry of which every source has been read and checked by itself. */
interface ReadEntry {
  slug: string
  options: SpokenOptions
  parameters: Declarations
  values: Record<string, string>
  entryPath: EntryPath
  sources: EntrySources
  /** Whether it is this entry that wants refresh tokens. */
  isOwnWish: boolean
}

/** @param isForeign whether a user has chosen a host that no list names */
function completed({ slug, options, parameters, values, entryPath, sources, isOwnWish }: ReadEntry, isForeign = false): Registration {
  const { clientId, ...proof } = clientOf(options)
  const lacking = [...lackingParameters(parameters, values, entryPath), ...lackingIn(options, options, entryPath)]
  if (lacking.length > 0) throw new MissingSettings(lacking)
  // The protocols that need none are told apart where the requirements are.
  const client: Client = { clientId: clientId ?? '', ...proof, ...(Object.keys(values).length > 0 ? { parameters: values } : {}) }
  const provider = completeProvider(options, values, entryPath.path)
  checkRequirements(provider, client, entryPath)
  checkRealm(provider, sources.callbackUrls(slug), entryPath.path)
  if (sources.lookedUp || options.ask) checkNamed(provider, entryPath.path)
  if (isOwnWish && givesNoRefreshTokens(provider)) {
    sources.warn?.(
      `${entryPath.path}.offline asks for refresh tokens, and ${provider.title ?? `the protocol ${options.protocol}`} gives none: leave it out.`,
    )
  }
  const reach = sources.lookedUp || isForeign ? reachOf(provider, entryPath) : undefined
  const { callbackPath } = options
  return frozen({
    slug,
    provider,
    client,
    ...(callbackPath === undefined ? {} : { callbackPath }),
    ...(sources.lookedUp ? { fromLookup: true } : {}),
    ...(reach === undefined ? {} : { reach }),
  })
}

/** @throws AuthError `config_invalid` for an option that would say where the callback is */
export function refuseCallback(
  options: readonly string[],
  slug: string,
  path: string,
  { callbackUrls }: Pick<EntrySources, 'callbackUrls'>,
): void {
  const name = options.find(isCallbackName)
  if (name !== undefined)
    throw invalid(
      `${path}.${name}`,
      `is not an option: leave it out. The callback is ${callbackUrls(slug).join(', ')}, which is what to register with the provider. `
        + 'Where another path is registered already, set callbackPath.',
    )
}

function givesNoRefreshTokens({ protocol, refreshTokens }: ResolvedProvider): boolean {
  return refreshTokens === false || (protocol === 'oauth1' && refreshTokens !== true)
}

/** The catalogue entry that an entry builds on; `undefined` for a provider of the application's own. */
function baseProvider(slug: string, own: Raw, sources: EntrySources, { path }: EntryPath): Provider | undefined {
  const { catalogue, env, defaults } = sources
  const written = (option: string): unknown => own[option] ?? defaults[option] ?? (env && readVariable(env, variableOf(slug, option)))
  if (own['protocol'] !== undefined) {
    if (own['provider'] === undefined) return undefined
    throw invalid(`${path}.provider`, 'names a catalogue entry, which has its protocol: leave provider or protocol out.')
  }
  const named = written('provider')
  const name = named ?? slug
  if (typeof name === 'string' && Object.hasOwn(catalogue, name)) {
    if (own['parameters'] === undefined) return catalogue[name]
    throw invalid(`${path}.parameters`, 'is for a provider of your own: give the values of parameters themselves.')
  }
  // With neither protocol nor address it is a name that nobody knows, not a provider that is badly described.
  if (named === undefined && descriptions.some((option) => written(option) !== undefined)) return undefined
  throw unknownName(typeof name === 'string' ? name : typeof name, named === undefined ? path : `${path}.provider`, sources)
}

const descriptions = ['protocol', 'issuer', ...optionNames.filter((option) => option.endsWith('Endpoint'))]

function unknownName(name: string, path: string, { catalogue, retired }: EntrySources): AuthError {
  if (Object.hasOwn(retired, name)) return invalid(path, `cannot be used: ${retired[name] ?? ''}`)
  return invalid(
    path,
    `is not in the catalogue under the name '${printable(name)}'${didYouMean(
      name,
      Object.keys(catalogue),
      ': for a provider of your own, give its protocol and endpoints.',
    )}`,
  )
}

/** Where `readLayers` puts what is said for all entries. */
const sharedLayer = 1

function readLayers(slug: string, own: Raw, parameters: Declarations, { env, defaults }: EntrySources, path: string): Layer[] {
  const schema = entrySchema(parameters)
  const known = new Set([...optionNames, ...Object.keys(parameters)])
  // Of the defaults, what this provider has no parameter for is another entry's.
  const shared = Object.fromEntries(Object.entries(defaults).filter(([name]) => known.has(name)))
  const fromEnvironment = Object.entries(env ? readEntry(env, slug, Object.keys(parameters)) : {}).filter(
    ([name]) => own[name] === undefined && shared[name] === undefined,
  )
  return [
    check(schema, Object.fromEntries(fromEnvironment), path, (name) => variableOf(slug, name)),
    check(schema, shared, 'providers.defaults'),
    check(schema, own, path),
  ].map((checked) => split(checked, parameters))
}

function split(checked: Raw, parameters: Declarations): Layer {
  const isParameter = ([name]: [string, unknown]): boolean => Object.hasOwn(parameters, name)
  const entries = Object.entries(checked)
  return {
    options: Object.fromEntries(entries.filter((entry) => !isParameter(entry))),
    // The schema has made texts of these.
    values: Object.fromEntries(entries.filter(isParameter)) as Record<string, string>,
  }
}

function parameterValues(parameters: Declarations, layers: readonly Layer[]): Record<string, string> {
  const given = Object.assign({}, ...layers.map(({ values }) => values)) as Record<string, string>
  const values = Object.entries(parameters).map(([name, { default: standard }]) => [name, given[name] ?? standard] as const)
  return Object.fromEntries(values.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}

function lackingParameters(parameters: Declarations, values: Record<string, string>, entryPath: EntryPath): string[] {
  return Object.entries(parameters)
    .filter(([name]) => values[name] === undefined)
    .map(([name, { description }]) => missing(name, entryPath, `; it is ${description}`))
}

function clientOf({
  clientId,
  clientSecret,
  privateKey,
  keyId,
  certificate,
}: SpokenOptions): { clientId: string | undefined } & Omit<Client, 'clientId'> {
  return {
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(certificate === undefined ? {} : { certificate }),
  }
}
