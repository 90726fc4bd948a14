import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK } from 'jose'
import Provider, { interactionPolicy, type ClientMetadata, type JWK } from 'oidc-provider'
import { openidConfiguration } from '../../testing/openidConfiguration.js'
import { openidInteraction } from '../../testing/openidInteraction.js'
import { findPerson } from '../../testing/people.js'
import { keyPair } from './mockOp.js'

/** A certified provider that signs and encrypts as each client has registered, and signs Ada in without asking. */
export interface RealOp {
  issuer: string
  apiBaseUrl: string
  registerClient: (metadata: ClientMetadata) => void
  /** Paths of all requests, the oldest first. */
  paths: string[]
  close: () => Promise<void>
}

const signing = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']

export async function startRealOp(): Promise<RealOp> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const clients = new Map<string, ClientMetadata>()
  const look = { brand: 'Signing ID', color: '#000000' }
  const pairs = await Promise.all(['RS256', 'ES256', 'ES384', 'Ed25519'].map((alg) => keyPair(alg, 'of the real one')))
  const keys = await Promise.all(pairs.map(async ({ privateKey }) => ({ ...(await exportJWK(privateKey)), use: 'sig' }) as JWK))
  const configuration = openidConfiguration({
    issuer,
    clients,
    look,
    keys,
    accessTokenLifetime: 600,
    rotateRefreshTokens: true,
    policy: interactionPolicy,
  })
  const all = [...signing, 'RS384', 'RS512', 'PS384', 'PS512', 'HS256', 'HS384', 'HS512'] as never[]
  const wrapping = ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as never[]
  const provider = new Provider(issuer, {
    ...configuration,
    features: { ...configuration.features, encryption: { enabled: true }, jwtUserinfo: { enabled: true } },
    enabledJWA: {
      idTokenSigningAlgValues: all,
      userinfoSigningAlgValues: all,
      idTokenEncryptionAlgValues: wrapping,
      userinfoEncryptionAlgValues: wrapping,
    },
  })
  const paths: string[] = []
  provider.use(async (ctx, next) => {
    paths.push(ctx.path)
    await next()
  })
  provider.use(openidInteraction(provider, look, findPerson('ada-id')))
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))
  return {
    issuer,
    apiBaseUrl: `${issuer}/api/`,
    registerClient: (metadata) =>
      void clients.set(metadata.client_id, { grant_types: ['authorization_code', 'refresh_token'], ...metadata }),
    paths,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
