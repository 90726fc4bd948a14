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
  const { privateKey, keyId } = client
  const signByKey =
    privateKey === undefined
      ? undefined
      : openidClient.PrivateKeyJwt({ key: await importPrivateKey(privateKey), ...(keyId === undefined ? {} : { kid: keyId }) })
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
    private_key_jwt:
      signByKey
      ?? (() => {
        throw new AuthError('config_invalid', "clientAuth: 'private_key_jwt' needs privateKey, PEM text.")
      }),
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

/**
 * A private key as the platform signs with it.
 * @throws AuthError `config_invalid`
 */
export async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = readPrivateKey(pem)
  const der = key.export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', der, algorithmOf(key), false, ['sign'])
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replace(/^[ \t]+/gm, ''))
  } catch (cause) {
    throw new AuthError('config_invalid', 'privateKey is not a readable private key: give PEM text (PKCS#8, PKCS#1 or SEC1).', { cause })
  }
}

function algorithmOf(key: KeyObject): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  if (key.asymmetricKeyType === 'ed25519') return { name: 'Ed25519' }
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (key.asymmetricKeyType === 'ec' && curve) return { name: 'ECDSA', namedCurve: curve }
  throw new AuthError('config_invalid', 'privateKey is of a kind that cannot sign: give an RSA, P-256, P-384, P-521 or Ed25519 key.')
}
