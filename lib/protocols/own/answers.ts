import { AuthError } from '../../base/errors.js'
import { isObject } from '../../base/json.js'
import { isSecureUrl } from '../../base/loopback.js'
import type { Authorization, CallbackParameters, Grant } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import type { TokenSet } from '../../model/protocol.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { readTokens } from '../../tokens/tokens.js'

// What the functions of an application's own protocol answer is believed as little as what a provider does.

/** Makes what is thrown for an answer that cannot be used. @param problem the rest of a sentence that begins with the function */
export type Wrong = (problem: string) => AuthError

export function readAuthorization(answer: unknown, wrong: Wrong): Pick<Authorization, 'location' | 'form'> & { remember?: Texts } {
  const { location, form, remember } = membersOf(answer, ['location', 'form', 'remember'], wrong)
  return {
    location: readAddress(location, wrong),
    ...(form === undefined ? {} : { form: texts(form, 'form', wrong) }),
    ...(remember === undefined ? {} : { remember: texts(remember, 'remember', wrong) }),
  }
}

export function readAddress(location: unknown, wrong: Wrong): string {
  if (typeof location === 'string' && URL.canParse(location) && isSecureUrl(new URL(location))) return new URL(location).href
  throw wrong('must answer an absolute https address (http on this machine itself) to send the browser to')
}

type Texts = Readonly<Record<string, string>>

/** The parameters of a callback that count: all of them where nothing else is answered. */
export function readParameters(answer: unknown, all: CallbackParameters, wrong: Wrong): CallbackParameters {
  return answer === undefined ? all : texts(answer, 'the parameters', wrong)
}

const tokenMembers = ['accessToken', 'tokenType', 'tokenSecret', 'refreshToken', 'idToken', 'scope', 'issuedAt', 'expiresAt'] as const
type Given = Partial<Record<(typeof tokenMembers)[number], unknown>>

/** What the answer of `exchange` is read with. */
export interface ResultFacts {
  grant: Grant
  /** Whether the protocol says that it brings tokens. */
  tokens: boolean
  /** Whether tokens are sent as bearer tokens. */
  isBearer: boolean
  /** Milliseconds since 1970. */
  now: number
}

export function readResult(answer: unknown, facts: ResultFacts, wrong: Wrong): TokenSet {
  const { tokens, response = {}, claims } = membersOf(answer, ['tokens', 'response', 'claims'], wrong)
  if (!isObject(response)) throw wrong('must answer response as an object')
  if (!facts.tokens) {
    if (tokens !== undefined) throw wrong('answers tokens, which the protocol does not say it brings: define it with tokens: true')
    return { response, ...claimsOf(claims, wrong) }
  }
  if (tokens === undefined) throw new AuthError('provider_bad_response', 'The provider gave no tokens.')
  return { tokens: readGiven(tokens, facts, wrong), response, ...claimsOf(claims, wrong) }
}

function readGiven(answer: unknown, { grant, isBearer, now }: ResultFacts, wrong: Wrong): Tokens {
  const given: Given = membersOf(answer, tokenMembers, wrong, 'tokens')
  const read = readTokens({ issuedAt: Math.floor(now / 1000), ...withoutAbsent(given) })
  if (!read) throw new AuthError('provider_bad_response', 'The provider gave no access token.')
  const bad = tokenMembers.find((name) => given[name] !== undefined && read[name] !== given[name])
  if (bad) throw wrong(`answers tokens.${bad} that is no ${bad.endsWith('At') ? 'time in seconds since 1970' : 'text'}`)
  // A date of the year 5138: milliseconds, taken for seconds.
  const late = (['issuedAt', 'expiresAt'] as const).find((name) => (read[name] ?? 0) > 1e11)
  if (late) throw wrong(`answers tokens.${late} in milliseconds: it is in seconds since 1970`)
  if (isBearer && read.tokenType.toLowerCase() !== 'bearer') throw wrong('answers tokens that are no bearer tokens: define sign')
  const { refreshToken, idToken, scope, ...rest } = read
  const before: Partial<Tokens> = grant.type === 'refresh_token' ? grant.tokens : { scope: requestedScope(grant) }
  return {
    ...rest,
    ...withoutAbsent({
      refreshToken: refreshToken ?? before.refreshToken,
      idToken: idToken ?? before.idToken,
      scope: scope ?? before.scope,
    }),
  }
}

function requestedScope(grant: Grant): string {
  return grant.type === 'authorization_code' ? (grant.transaction.scope ?? []).join(' ') : ''
}

/** Of the claims, those that say how somebody signed in: who it is, is the profile's to say. */
function claimsOf(claims: unknown, wrong: Wrong): Pick<TokenSet, 'claims'> {
  if (claims === undefined) return {}
  const { acr, amr, auth_time: authTime } = membersOf(claims, ['acr', 'amr', 'auth_time'], wrong, 'claims')
  if (authTime !== undefined && !(typeof authTime === 'number' && authTime > 0 && authTime < 1e11))
    throw wrong('answers claims.auth_time that is no time in seconds since 1970')
  return { claims: withoutAbsent({ acr, amr, auth_time: authTime }) }
}

/** A profile as JSON has it: it is kept in sessions. */
export function readProfile(answer: unknown, wrong: Wrong): RawProfile {
  if (!isObject(answer)) throw wrong('must answer an object')
  try {
    return JSON.parse(JSON.stringify(answer)) as RawProfile
  } catch {
    throw wrong('must answer an object that JSON can write')
  }
}

/** A signed request: what was asked for, at the same host. */
export function readSigned(answer: unknown, request: ApiRequest, wrong: Wrong): ApiRequest {
  if (!isObject(answer)) throw wrong('must answer { url, headers, body }')
  const { url, headers, body } = answer
  if (typeof url !== 'string' || !URL.canParse(url)) throw wrong('must answer url as the absolute address of the request')
  if (new URL(url).origin !== new URL(request.url).origin)
    throw new AuthError('host_not_allowed', 'A protocol may not send the access token to another host.')
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) throw wrong('must answer body as text or bytes')
  return { ...request, url, headers: texts(headers, 'headers', wrong), body }
}

function texts(value: unknown, name: string, wrong: Wrong): Texts {
  if (isObject(value) && Object.values(value).every((member) => typeof member === 'string')) return Object.freeze({ ...value }) as Texts
  throw wrong(`must answer ${name} as an object of texts`)
}

function membersOf<Name extends string>(
  value: unknown,
  names: readonly Name[],
  wrong: Wrong,
  path?: string,
): Partial<Record<Name, unknown>> {
  const place = path === undefined ? '' : `${path} as `
  if (!isObject(value)) throw wrong(`must answer ${place}an object with ${names.join(', ')}`)
  const other = Object.keys(value).find((name) => !(names as readonly string[]).includes(name))
  if (other !== undefined)
    throw wrong(`answers ${path === undefined ? '' : `${path}.`}${other}, which is not used: there are ${names.join(', ')}`)
  return value as Partial<Record<Name, unknown>>
}

type Present<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

function withoutAbsent<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Present<T>
}
