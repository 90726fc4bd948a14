import { isIP } from 'node:net'
import * as v from 'valibot'
import type { Agrees, Assert } from '../base/agreement.js'
import type { Outbound } from '../model/http.js'
import type { TokenStore } from '../stores/tokenStore.js'
import type { UserStore } from '../stores/userStore.js'
import { isHost } from './addresses.js'
import type { AuthRouterConfig, Expiry, Keep, Logger, Remember } from './settings.js'
import type { Hooks } from './hooks.js'
import { callable, flag, group, listOf, number, oneOf, text, type Group } from './shapes.js'
import { unavailable } from './unavailable.js'

const list = listOf(text, 'must be a list of texts.')
const textOrList = v.union([text, list], 'must be a text or a list of texts.')

const keep = {
  dropOnLogin: list,
  keepAcrossUsers: list,
  keepOnLogout: list,
}

const secondsOrFalse = v.custom<number | false>(isSecondsOrFalse, 'must be a whole number of seconds above 0, or false.')

const expiry = {
  idle: secondsOrFalse,
  absolute: secondsOrFalse,
  rolling: flag,
}

const hooks = {
  onLogin: callable<Required<Hooks>['onLogin']>(),
  onLink: callable<Required<Hooks>['onLink']>(),
  onUnlink: callable<Required<Hooks>['onUnlink']>(),
  onLogout: callable<Required<Hooks>['onLogout']>(),
  onError: callable<Required<Hooks>['onError']>(),
  onTokens: callable<Required<Hooks>['onTokens']>(),
}

// Milliseconds. Timers of Node.js fire at once when they are asked for more than 24 days.
const maxTimeout = 600_000

const privateHosts = listOf(
  v.pipe(
    text,
    v.check(
      (value) => isIP(value) !== 0 || (isHost(value) && !value.includes(':')),
      "must be a host name or an IP address without a port, such as 'id.internal'.",
    ),
  ),
  'must be a list of host names and IP addresses.',
)

const http = {
  timeout: v.pipe(
    number('milliseconds'),
    v.safeInteger('must be a whole number of milliseconds.'),
    v.minValue(1, 'must be above 0, in milliseconds.'),
    v.maxValue(maxTimeout, `must be at most ${String(maxTimeout)} milliseconds.`),
  ),
  maxBytes: v.pipe(number('bytes'), v.safeInteger('must be a whole number of bytes.'), v.minValue(1, 'must be above 0, in bytes.')),
  fetch: callable<typeof globalThis.fetch>(),
  dispatcher: v.custom<unknown>((value) => hasMethods(value, ['dispatch']), 'must be an undici dispatcher, such as new ProxyAgent(...).'),
  agent: v.custom<unknown>(isThing, 'must be an agent of node:http or node:https.'),
  privateHosts,
}

const options = {
  providers: v.custom<AuthRouterConfig['providers']>(
    (value) => typeof value === 'function' || isThing(value),
    'must be an object of entries by slug, a list of catalogue names, or a function.',
  ),
  baseUrl: textOrList,
  path: text,
  secret: textOrList,
  appId: v.pipe(text, v.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -: it becomes part of cookie names.')),
  session: v.custom<unknown>(() => true),
  transactions: oneOf(['cookie', 'session']),
  tokenStore: v.custom<TokenStore>(
    (value) => hasMethods(value, ['get', 'set', 'delete']),
    'must be a token store with the functions get, set and delete: memoryTokenStore(), redisTokenStore(client) and the like of authrouter/stores.',
  ),
  userStore: v.custom<UserStore>(
    (value) => hasMethods(value, ['findByKey', 'findById', 'create', 'update', 'remove', 'link', 'unlink', 'listKeys']),
    'must be a user store with the functions findByKey, findById, create, update, remove, link, unlink and listKeys: sqliteUserStore(file) and the like of authrouter/stores.',
  ),
  linkByVerifiedEmail: list,
  profileMaxAge: secondsOrFalse,
  fetchToken: callable<NonNullable<AuthRouterConfig['fetchToken']>>(),
  keepTokens: oneOf(['session', 'user']),
  revokeOnLogout: flag,
  afterLogin: text,
  afterLogout: text,
  returnToOrigins: list,
  ifLoggedIn: oneOf(['allow', 'redirect', 'link']),
  remember: v.custom<Remember>(
    (value) =>
      isSecondsOrFalse(value)
      || (isThing(value) && Object.keys(value).join() === 'ifAsked' && value['ifAsked'] !== false && isSecondsOrFalse(value['ifAsked'])),
    'must be a whole number of seconds above 0, { ifAsked: seconds }, or false.',
  ),
  expiry: group(expiry, 'with any of idle, absolute and rolling'),
  crossSiteStart: oneOf(['confirm', 'allow']),
  keep: group(keep, 'of lists of session keys'),
  hooks: group(hooks, 'of functions, such as onLogin', unavailable.hooks),
  errors: oneOf(['page', 'next']),
  http: group(http, 'with any of timeout, maxBytes, fetch, dispatcher, agent and privateHosts'),
  logger: v.custom<Logger | false>(
    (value) => value === false || hasMethods(value, ['debug', 'info', 'warn', 'error']),
    'must have the functions debug, info, warn and error, or be false.',
  ),
}

/** The shape of the whole configuration; what a shape cannot say is checked by `resolveConfig`. */
export const configSchema = group(options, 'such as { providers: { ... } }', unavailable.options)

/** Whether a value is an object that can do all of this, be it by inheritance. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  return isThing(value) && names.every((name) => typeof value[name] === 'function')
}

function isSecondsOrFalse(value: unknown): boolean {
  return value === false || (Number.isSafeInteger(value) && Number(value) > 0)
}

function isThing(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Does not compile when schema and type differ: neither can gain, lose or change an option alone. */
export type ConfigAgreement = Assert<
  [
    Agrees<Group<typeof options>, Partial<AuthRouterConfig>>,
    Agrees<keyof typeof options, keyof AuthRouterConfig>,
    Agrees<keyof typeof keep, keyof Keep>,
    Agrees<Group<typeof expiry>, Expiry>,
    Agrees<keyof typeof hooks, keyof Hooks>,
    Agrees<keyof typeof http, keyof Outbound>,
  ]
>
