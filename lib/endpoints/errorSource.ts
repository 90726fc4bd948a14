import type { Parameters } from '../base/parameters.js'
import type { Client } from '../model/client.js'
import type { Context } from '../model/context.js'
import type { Grant } from '../model/login.js'

/** Whom an error comes from, and what must not be repeated of it: what was sent there is known to it, and may come back. */
export interface ErrorSource {
  slug: string
  secrets: readonly (string | undefined)[]
}

/**
 * The source of errors of one call.
 * @param more secrets of the call beside the client's own
 */
export function errorSource({ slug, client }: { slug: string; client: Client }, more: ErrorSource['secrets'] = []): ErrorSource {
  return { slug, secrets: [client.clientSecret, client.privateKey, ...more] }
}

/** The source of errors of a grant, with the secrets that it is made of. */
export function grantSource(context: Context, grant: Grant): ErrorSource {
  switch (grant.type) {
    case 'authorization_code': {
      const {
        parameters: { code, state, oauth_verifier: verifier },
        transaction: { codeVerifier, nonce, requestToken, requestTokenSecret },
      } = grant
      return errorSource(context, [code, state, verifier, codeVerifier, nonce, requestToken, requestTokenSecret])
    }
    case 'refresh_token':
      return errorSource(context, [grant.tokens.refreshToken, grant.tokens.accessToken, grant.tokens.idToken, grant.tokens.tokenSecret])
    case 'device_code':
      return errorSource(context, [grant.deviceCode])
    case 'token_exchange':
      return errorSource(context, [grant.subjectToken, grant.actorToken])
    default:
      return errorSource(context)
  }
}

// Of a token request and its kind, what everybody may know (RFC 6749 section 4, RFC 7009 section 2.1, RFC 8693 section 2.1, RFC 8707
// section 2); anything else may be a secret.
const known = new Set([
  'grant_type',
  'client_id',
  'client_assertion_type',
  'redirect_uri',
  'scope',
  'token_type_hint',
  'resource',
  'audience',
  'subject_token_type',
  'actor_token_type',
  'requested_token_type',
])

/** The source of errors of a token request. */
export function formSource(context: Context, form: Readonly<Parameters>): ErrorSource {
  return errorSource(
    context,
    Object.entries(form)
      .filter(([name]) => !known.has(name))
      .flatMap(([, value]) => value),
  )
}

/**
 * A provider's own error code, as it came: `undefined` unless it is shaped as one, and for one that holds a secret, or a part of one, in
 * whatever form those characters can have it.
 */
export function providerCode(error: string | undefined, { secrets }: ErrorSource): string | undefined {
  if (error === undefined || !/^[A-Za-z0-9_.-]{1,64}$/.test(error)) return undefined
  const text = error.toLowerCase()
  return secrets.some(
    (secret) => secret !== undefined && secret.length >= shortest && formsOf(secret).some((form) => shares(text, form.toLowerCase())),
  )
    ? undefined
    : error
}

// Shorter ones are in many a word, and nobody's secret.
const shortest = 4
// Of a long one, so many characters in a row are no accident.
const telling = 16

/** Whether a text holds the form, or as much of it as tells. */
function shares(text: string, form: string): boolean {
  const length = Math.min(form.length, telling)
  for (let start = 0; start + length <= text.length; start++) {
    if (form.includes(text.slice(start, start + length))) return true
  }
  return false
}

/** The forms that a secret can have in a code: as it is, percent-encoded without the sign, in hexadecimal, and wherever base64 text has it. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // A group of base64 is three bytes: what comes before decides how the secret begins, what follows how it ends.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64url')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  )
  return [secret, encodeURIComponent(secret.toWellFormed()).replaceAll('%', ''), bytes.toString('hex'), ...base64].filter(
    (form) => form.length >= shortest,
  )
}
