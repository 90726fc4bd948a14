import { withValue } from '../../../base/awaitable.js'
import type { Client } from '../../../model/client.js'
import type { Ask, Chooser, Registration } from '../../../model/context.js'
import type { ProviderParameter, ResolvedProvider } from '../../../model/provider.js'
import { invalid, printable } from '../../invalid.js'
import type { Allowed } from '../../settings.js'
import { alternatives, check, group } from '../../shapes.js'
import { addressNames } from '../completeProvider.js'
import { type SpokenOptions, textOptions } from '../schema.js'
import { chosenValue } from './chosenValues.js'
import { heldRegistrations } from './heldRegistrations.js'

type Values = Readonly<Record<string, string>>

/** Who the application is, as far as what was chosen decides it. */
type ClientParts = Partial<Omit<Client, 'parameters'>>

/** An entry that asks, and what completes it once it is known what was chosen. */
export interface AskingEntry {
  options: SpokenOptions
  /** Those of the provider. */
  parameters: Readonly<Record<string, ProviderParameter>>
  /** What the entry itself says of them. */
  values: Values
  path: string
  /** @param facts whether what was chosen may be any host of the world, and whether nobody has chosen it */
  complete: (chosen: Values, client: ClientParts, facts: { isForeign: boolean; isSample?: true }) => Registration
}

// What the routes read themselves.
const reserved = new Set([
  'returnTo',
  'link',
  'prompt',
  'login_hint',
  'scope',
  'mode',
  'identifier',
  'remember',
  'csrfToken',
  'step_up',
  'target_link_uri',
  'code',
  'state',
  'iss',
  'error',
])

/** Milliseconds after which the application is asked for a client again. */
const clientAge = 60_000

/**
 * The registration of an entry that asks: whose it is becomes known with what a user chooses. It has no addresses.
 * @throws AuthError `config_invalid`, also for what would only be found out with the first value
 */
export function askingRegistration(entry: AskingEntry): Registration {
  const { options, values, path, complete } = entry
  const asked = askedParameters(entry)
  const allowed = allowedValues(entry, asked)
  const { client: clientOf } = options
  const typed = asked.find(([name, { kind }]) => kind === 'identifier' && allowed[name] === undefined)
  if (typed) {
    throw invalid(
      `${path}.allow`,
      "is missing: users type an identifier, and it is looked up where it leads to. List what they may begin with, as in allow: ['https://id.example.com/'].",
    )
  }
  const open = asked.find(([name, { kind }]) => (kind === 'host' || kind === 'address') && allowed[name] === undefined)
  if (open && !clientOf) {
    throw invalid(
      `${path}.allow`,
      `is missing: ${open[0]} is a host that users choose, and the client secret would go to any. List the hosts, as in `
        + "allow: ['id.example.com'], or give client: (parameters) => ({ clientId, clientSecret }) for each.",
    )
  }
  const isForeign = open !== undefined || asked.some(([, { kind }]) => kind === 'identifier')
  const sample = complete(sampleOf(asked, allowed, values), clientOf ? { clientId: 'sample', clientSecret: 'sample' } : {}, {
    isForeign,
    isSample: true,
  })
  const held = heldRegistrations()
  const keyOf = (chosen: Values): string => JSON.stringify(asked.map(([name]) => chosen[name]))
  const fresh = (chosen: Values, chooser: Chooser): Registration | undefined => {
    const known = held.get(keyOf(chosen), chooser)
    return known && (clientOf === undefined || Date.now() - known.since < clientAge) ? known.registration : undefined
  }

  const besideHost = asked
    .filter(([name, { kind }]) => kind !== 'text' && kind !== 'identifier' && !isInHost(name, options))
    .map(([name]) => name)
  const pathOf = (chosen: Values): Pick<Registration, 'chosenPath'> =>
    besideHost.length === 0 ? {} : { chosenPath: besideHost.map((name) => `/${encodeURIComponent(chosen[name] ?? '')}`).join('') }

  const typedOne = asked.find(([, { kind }]) => kind === 'identifier')
  const admission: Pick<Registration, 'admits'> = typedOne
    ? { admits: (identifier) => chosenValue(identifier, typedOne[1], allowed[typedOne[0]]) === identifier }
    : {}

  function completed(chosen: Values, client: ClientParts, chooser: Chooser): Registration {
    const key = keyOf(chosen)
    const known = held.get(key, chooser)?.registration
    const isSame = known !== undefined && clientNames.every((name) => known.client[name] === (client[name] ?? options[name]))
    const registration = isSame
      ? known
      : Object.freeze({ ...complete(chosen, client, { isForeign }), chosen: Object.freeze({ ...chosen }), ...pathOf(chosen), ...admission })
    held.set(key, chooser, registration)
    return registration
  }

  const ask: Ask = {
    parameters: asked.map(([name, { description, example, default: standard }]) => ({
      name,
      description,
      ...(example === undefined ? {} : { example }),
      value: values[name] ?? standard ?? '',
    })),
    read(given) {
      const chosen: Record<string, string> = {}
      for (const [name, parameter] of asked) {
        const text = Object.hasOwn(given, name) ? (given[name] ?? '') : ''
        if (text.trim() === '') return { missing: name }
        const value = chosenValue(text, parameter, allowed[name])
        if (value === undefined) return { refused: name }
        chosen[name] = value
      }
      return { chosen }
    },
    isAtHand: (chosen) => clientOf === undefined || fresh(chosen, 'visitor') !== undefined,
    registrationFor(chosen, chooser) {
      const known = fresh(chosen, chooser)
      if (known || !clientOf) return known ?? completed(chosen, {}, chooser)
      return withValue(clientOf({ ...chosen }), (client: unknown) =>
        client === undefined || client === null
          ? undefined
          : completed(chosen, check(clientSchema, client, `${path}.client(parameters)`), chooser),
      )
    },
  }
  return Object.freeze({
    ...sample,
    provider: withoutAddresses(sample.provider),
    client: Object.freeze({ clientId: options.clientId ?? '' }),
    ask: Object.freeze(ask),
  })
}

const { clientId, clientSecret, privateKey, keyId, certificate } = textOptions
const clientParts = { clientId, clientSecret, privateKey, keyId, certificate }
const clientNames = Object.keys(clientParts) as (keyof typeof clientParts)[]
const clientSchema = group(clientParts, 'with clientId, and clientSecret if there is one')

function askedParameters({ options: { ask = [] }, parameters, path }: AskingEntry): [string, ProviderParameter][] {
  const names = Object.keys(parameters)
  if (ask.length === 0) throw invalid(`${path}.ask`, 'must name at least one parameter, or be left out.')
  return ask.map((name, index) => {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (!parameter) {
      const known = names.length === 0 ? 'which has none' : `which has ${alternatives(names)}`
      throw invalid(`${path}.ask`, `names '${printable(name)}', which is no parameter of the provider, ${known}.`)
    }
    if (ask.indexOf(name) !== index) throw invalid(`${path}.ask`, `names '${name}' twice.`)
    if (reserved.has(name) && parameter.kind !== 'identifier')
      throw invalid(`${path}.ask`, `names '${name}', which the routes read themselves: call the parameter something else.`)
    return [name, parameter]
  })
}

function allowedValues(
  { options: { allow }, path }: AskingEntry,
  asked: readonly (readonly [string, ProviderParameter])[],
): Readonly<Record<string, Allowed>> {
  if (allow === undefined) return {}
  const names = asked.map(([name]) => name)
  if (Array.isArray(allow) || allow instanceof RegExp) {
    const [only, ...others] = names
    if (only !== undefined && others.length === 0) return { [only]: allow as Allowed }
    throw invalid(`${path}.allow`, `must say which parameter it is for, as in { ${names.join(': [...], ')}: [...] }.`)
  }
  const table = allow as Readonly<Record<string, Allowed>>
  const wrong = Object.keys(table).find((name) => !names.includes(name))
  if (wrong !== undefined)
    throw invalid(`${path}.allow.${printable(wrong)}`, `is for no parameter that the entry asks for: ask has ${alternatives(names)}.`)
  return table
}

/** Values with which everything else of the entry can be checked. */
function sampleOf(
  asked: readonly (readonly [string, ProviderParameter])[],
  allowed: Readonly<Record<string, Allowed>>,
  values: Values,
): Values {
  const standard = {
    host: 'sample.example',
    address: 'sample.example',
    segment: 'sample',
    text: 'sample',
    identifier: 'https://sample.example/',
  }
  return Object.fromEntries(
    asked.map(([name, { kind, default: usual, example }]) => {
      const list = allowed[name]
      return [
        name,
        (list instanceof RegExp ? undefined : list?.[0])
          ?? values[name]
          ?? example
          ?? (usual === undefined || usual === '' ? standard[kind] : usual),
      ]
    }),
  )
}

/** Whether the host of the API says what was chosen. */
function isInHost(name: string, { apiBaseUrl, userinfoEndpoint, tokenEndpoint }: SpokenOptions): boolean {
  const template = apiBaseUrl ?? userinfoEndpoint ?? tokenEndpoint
  return typeof template === 'string' && (/^https?:\/\/[^/]*/i.exec(template)?.[0].includes(`{${name}}`) ?? false)
}

function withoutAddresses(provider: ResolvedProvider): ResolvedProvider {
  const left = new Set<string>([...addressNames, 'apiBaseTemplate', 'extraRequests', 'renewal'])
  return Object.freeze(Object.fromEntries(Object.entries(provider).filter(([name]) => !left.has(name)))) as unknown as ResolvedProvider
}
