import { AuthError } from '../../base/errors.js'
import type { Parameters } from '../../base/parameters.js'
import type { Context } from '../../model/context.js'
import type { Target } from '../../model/grants/grants.js'

/** A target as an application writes it: one value, or several. */
export interface TargetOptions {
  /** Scopes to ask for. */
  scope?: readonly string[]
  /** Where the token will be used: an absolute URI, or several (RFC 8707 section 2). */
  resource?: string | readonly string[]
  /** The same by names that the authorization server knows (RFC 8693 section 2.1). */
  audience?: string | readonly string[]
}

/**
 * Checks a target that an application has written.
 * @throws AuthError `bad_request`
 */
export function readTarget(slug: string, { scope, resource, audience }: TargetOptions): Target {
  const refuse = (message: string): never => {
    throw new AuthError('bad_request', message, { provider: slug })
  }
  if (scope !== undefined && !isTexts(scope)) refuse("scope must be a list of scopes, such as ['read', 'write'].")
  const resources = resource === undefined ? undefined : [resource].flat()
  if (resources && (!isTexts(resources) || resources.length === 0 || !resources.every(isAbsoluteUri)))
    refuse("resource must be an absolute URI without a fragment, such as 'https://api.example.com/', or a list of them.")
  const audiences = audience === undefined ? undefined : [audience].flat()
  if (audiences && (!isTexts(audiences) || audiences.length === 0))
    refuse('audience must be the name that the provider gives to an API, or a list of names.')
  return { ...(scope ? { scope } : {}), ...(resources ? { resource: resources } : {}), ...(audiences ? { audience: audiences } : {}) }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
}

// RFC 8707 section 2.
function isAbsoluteUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && URL.canParse(text) && !text.includes('#')
}

/** The parameters that name a target in a token request. */
export function targetParameters(
  { provider: { scopeSeparator = ' ' } }: Pick<Context, 'provider'>,
  { scope, resource, audience }: Target,
): Parameters {
  return {
    ...(scope ? { scope: scope.join(scopeSeparator) } : {}),
    ...(resource ? { resource: oneOrMany(resource) } : {}),
    ...(audience ? { audience: oneOrMany(audience) } : {}),
  }
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [first, ...more] = values
  return first === undefined || more.length > 0 ? values : first
}
