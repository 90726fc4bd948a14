import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto'
import type { ClientAuth } from 'openid-client'
import { AuthError } from '../base/errors.js'
import type { Client } from '../model/client.js'
import type { ClientAuthMethod, ResolvedProvider } from '../model/provider.js'

type OpenidClient = typeof import('openid-client')

/**
 * The method by which a client authenticates: the configured one, else the first of what the server lists, `basic` preferred, else
 * `basic`; `none` without a secret.
 */
export function clientAuthMethod(provider: ResolvedProvider, client: Client, listed?: readonly string[]): ClientAuthMethod | 'function' {
  if (typeof provider.clientAuth === 'function') return 'function'
  if (provider.clientAuth) return provider.clientAuth
  if (client.clientSecret === undefined) return client.privateKey === undefined ? 'none' : 'private_key_jwt'
  if (!listed || listed.includes('client_secret_basic')) return 'basic'
  if (listed.includes('client_secret_post')) return 'post'
  return listed.includes('client_secret_jwt') ? 'client_secret_jwt' : 'basic'
}

/**
 * Encodes one half of HTTP Basic client credentials as `application/x-www-form-urlencoded` (RFC 6749 section 2.3.1), leaving
 * `- . _ *` as they are.
 */
export function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** The Authorization header of HTTP Basic client authentication: encoded as the RFC asks, or raw for servers that do not decode. */
export function basicAuthorization({ clientId, clientSecret = '' }: Client, encode: (text: string) => string = formEncode): string {
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}

/**
 * Client authentication in the shape that openid-client takes. Which method it is, is decided when a request is made: by then the
 * server's own list is known.
 */
export async function clientAuthentication(openidClient: OpenidClient, provider: ResolvedProvider, client: Client): Promise<ClientAuth> {
  const keyFor = client.privateKey === undefined ? undefined : await signingKeys(client)
  const methods: Record<ClientAuthMethod | 'function', ClientAuth> = {
    basic: (_server, _client, _form, headers) => {
      headers.set('authorization', basicAuthorization(client))
    },
    basic_raw: (_server, _client, _form, headers) => {
      headers.set(
        'authorization',
        basicAuthorization(client, (text) => text),
      )
    },
    post: (...request) => openidClient.ClientSecretPost(client.clientSecret)(...request),
    none: openidClient.None(),
    // Signs: its promise, which the library's type keeps quiet about, has to come back.
    client_secret_jwt: (...request) => openidClient.ClientSecretJwt(client.clientSecret)(...request),
    // Its audience is the issuer, one text: no other server can make use of it (FAPI 2.0 Security Profile).
    private_key_jwt: (server, ...request) => {
      if (!keyFor) throw new AuthError('config_invalid', "clientAuth: 'private_key_jwt' needs privateKey, PEM text.")
      return openidClient.PrivateKeyJwt(keyFor(server.token_endpoint_auth_signing_alg_values_supported))(server, ...request)
    },
    // The certificate is presented by the connection (RFC 8705 section 2); the form only says whose it is.
    tls: openidClient.TlsClientAuth(),
    function: (server, _client, form, headers) => {
      const { clientId, clientSecret } = client
      // What it answers comes back: a function that signs may have to be waited for.
      if (typeof provider.clientAuth === 'function')
        return provider.clientAuth({ endpoint: server.token_endpoint ?? '', clientId, clientSecret, client, headers, form })
    },
  }
  return (server, ...rest) => methods[clientAuthMethod(provider, client, server.token_endpoint_auth_methods_supported)](server, ...rest)
}

interface SigningKey {
  key: webcrypto.CryptoKey
  /** Absent where the entry has none. */
  kid?: string
}

/** Picks the key for what a server lists: an RSA key signs by PS256 where RS256 is not among the algorithms. */
type SigningKeys = (listed: readonly string[] | undefined) => SigningKey

const imported = new WeakMap<Client, Promise<SigningKeys>>()

/**
 * The keys that a client signs with, as openid-client takes them.
 * @throws AuthError `config_invalid` for a client without a key, or with one that cannot be used
 */
export function signingKeys(client: Client): Promise<SigningKeys> {
  const known = imported.get(client) ?? importKeys(client)
  imported.set(client, known)
  return known
}

async function importKeys({ privateKey, keyId }: Client): Promise<SigningKeys> {
  if (privateKey === undefined) throw new AuthError('config_invalid', 'privateKey is missing: what is to be signed is signed with it.')
  const [plain, padded] = await Promise.all([importKey(privateKey, 'RSASSA-PKCS1-v1_5'), importKey(privateKey, 'RSA-PSS')])
  const named = keyId === undefined ? {} : { kid: keyId }
  return (listed) => ({ key: listed?.includes('PS256') && !listed.includes('RS256') ? padded : plain, ...named })
}

async function importKey(pem: string, padding: string): Promise<webcrypto.CryptoKey> {
  const key = readPrivateKey(pem)
  const der = key.export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', der, algorithmOf(key, padding), false, ['sign'])
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replace(/^[ \t]+/gm, ''))
  } catch (cause) {
    throw new AuthError('config_invalid', 'privateKey is not a readable private key: give PEM text (PKCS#8, PKCS#1 or SEC1).', { cause })
  }
}

function algorithmOf(key: KeyObject, padding: string): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm {
  if (key.asymmetricKeyType === 'rsa') return { name: padding, hash: 'SHA-256' }
  if (key.asymmetricKeyType === 'ed25519') return { name: 'Ed25519' }
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (key.asymmetricKeyType === 'ec' && curve) return { name: 'ECDSA', namedCurve: curve }
  throw new AuthError('config_invalid', 'privateKey is of a kind that cannot sign: give an RSA, P-256, P-384, P-521 or Ed25519 key.')
}
