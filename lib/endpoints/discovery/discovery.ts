import type { Configuration, ServerMetadata } from 'openid-client'
import { AuthError } from '../../base/errors.js'
import { asFetch } from '../../http/http.js'
import { withUsableAddresses } from '../../http/metadataAddresses.js'
import type { Context } from '../../model/context.js'
import type { ResolvedProvider } from '../../model/provider.js'
import { clientAuthentication } from '../clientAuthentication.js'
import { errorSource } from '../errorSource.js'
import {
  clientMetadata,
  fromOpenidClient,
  isLoopbackHttp,
  loadOpenidClient,
  metadataOf,
  prepare,
  staticConfiguration,
} from '../openidClient.js'
import { acceptedAlgorithms } from './algorithms.js'
import { getDocument, readDocument } from './document.js'

interface Entry {
  configuration: Promise<Configuration>
  startedAt: number
  stale?: Configuration
  /** Up to when the old document serves without the provider being asked again. */
  restUntil?: number
}

/** Milliseconds after which a discovery document is fetched again. */
const freshFor = 3600_000
/** Milliseconds for which an old document still serves while the provider cannot be reached. */
const staleFor = 24 * 3600_000
/** Milliseconds after which a provider that could not be reached is asked again, while an old document serves. */
const retryAfter = 60_000

// By the provider's entry, which lives as long as its configuration does.
const known = new WeakMap<ResolvedProvider, Entry>()

/**
 * The provider's metadata as openid-client works with it (OpenID Connect Discovery 1.0): fetched once however many ask, kept for an
 * hour, served stale for a day while the provider is down. A failure is not kept.
 *
 * @throws AuthError `discovery_failed`, `provider_timeout`, `provider_bad_response`
 */
export async function discover(context: Context): Promise<Configuration> {
  const { provider } = context
  const now = context.now()
  const entry = known.get(provider)
  if (entry && (now - entry.startedAt < freshFor || now < (entry.restUntil ?? 0))) return entry.configuration

  const previous = entry ? await entry.configuration.catch(() => entry.stale) : undefined
  const current = known.get(provider)
  // Another request may have begun while this one waited.
  if (current && current !== entry) return current.configuration

  const configuration = load(context).catch((error: unknown) => {
    known.delete(provider)
    if (previous && entry && now - entry.startedAt < staleFor) {
      const { startedAt } = entry
      const restUntil = Math.min(context.now() + retryAfter, startedAt + staleFor)
      known.set(provider, { configuration: Promise.resolve(previous), startedAt, stale: previous, restUntil })
      return previous
    }
    throw error
  })
  known.set(provider, { configuration, startedAt: now, ...(previous ? { stale: previous } : {}) })
  return configuration
}

/** The provider's metadata by itself (OpenID Connect Discovery 1.0 section 3). */
export async function discoverMetadata(context: Context): Promise<Readonly<ServerMetadata>> {
  return metadataOf(await discover(context))
}

async function load(context: Context): Promise<Configuration> {
  const { provider, slug } = context
  const { issuer, authorizationEndpoint, tokenEndpoint, userinfoEndpoint, jwksUri } = provider
  if (issuer === undefined) throw new AuthError('config_invalid', `providers.${slug}.issuer is missing.`, { provider: slug })
  if (provider.discovery === false) {
    return staticConfiguration(
      context,
      withAlgorithms<ServerMetadata>(context, {
        issuer,
        ...(authorizationEndpoint === undefined ? {} : { authorization_endpoint: authorizationEndpoint }),
        ...(tokenEndpoint === undefined ? {} : { token_endpoint: tokenEndpoint }),
        ...(userinfoEndpoint === undefined ? {} : { userinfo_endpoint: userinfoEndpoint }),
        ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
      }),
    )
  }
  return provider.discoveryEndpoint === undefined
    ? discoverIssuer(context, new URL(issuer))
    : discoverAt(context, provider.discoveryEndpoint, issuer)
}

/** Reads a discovery document that is not where the issuer's name says; it must name the issuer all the same. */
async function discoverAt(context: Context, address: string, issuer: string): Promise<Configuration> {
  const { slug } = context
  const metadata = readDocument(await getDocument(context, { method: 'GET', url: address, headers: { accept: 'application/json' } }))
  if (!metadata) throw new AuthError('provider_bad_response', "The provider's discovery document could not be read.", { provider: slug })
  if (metadata['issuer'] !== issuer) throw otherIssuer(slug)
  return staticConfiguration(context, usable(metadata, context) as unknown as ServerMetadata)
}

/** A discovery document as the library may see it: no address that may not be used, and of the algorithms those that are accepted. */
function usable(metadata: Record<string, unknown>, context: Context): Record<string, unknown> {
  return withAlgorithms(context, withUsableAddresses(metadata, context))
}

// Under which the claims are read; the signature is verified by `verifySignedJwt`.
function withAlgorithms<Metadata extends Record<string, unknown>>({ provider }: Context, metadata: Metadata): Metadata {
  const accepted = acceptedAlgorithms(provider, metadata['id_token_signing_alg_values_supported'])
  return { ...metadata, id_token_signing_alg_values_supported: [...accepted] }
}

function otherIssuer(slug: string, cause?: unknown): AuthError {
  return new AuthError('discovery_failed', `The discovery document at providers.${slug}.issuer names another issuer.`, {
    provider: slug,
    cause,
  })
}

/** A fetch that shows the library no address of a document that may not be used. */
function documentFetch(context: Context): ReturnType<typeof asFetch> {
  return asFetch(async (request) => {
    const response = await getDocument(context, request)
    const metadata = readDocument(response)
    // What is no document is left as it is: the library says what is wrong with it.
    return metadata ? { ...response, body: Buffer.from(JSON.stringify(usable(metadata, context))) } : response
  })
}

async function discoverIssuer(context: Context, issuer: URL): Promise<Configuration> {
  const { provider, client, slug } = context
  const openidClient = await loadOpenidClient()
  try {
    const authentication = await clientAuthentication(openidClient, provider, client)
    const configuration = await openidClient.discovery(issuer, client.clientId, clientMetadata(openidClient, context), authentication, {
      [openidClient.customFetch]: documentFetch(context),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so by the library that it stands out; only for this machine itself
      ...(isLoopbackHttp(issuer.href) ? { execute: [openidClient.allowInsecureRequests] } : {}),
    })
    prepare(openidClient, configuration, context)
    return configuration
  } catch (error) {
    if (error instanceof openidClient.ClientError && error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
      throw otherIssuer(slug, error)
    }
    throw fromOpenidClient(error, errorSource(context))
  }
}
