import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { AuthError } from '../../../lib/base/errors.js'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import type { AuthRouterConfig, Settings } from '../../../lib/config/settings.js'
import { defineProvider, type Provider } from '../../../lib/types.js'

/** An invented catalogue: one entry of each protocol, with parameters of each kind. */
export const catalogue = {
  acme: defineProvider({
    protocol: 'oauth2',
    title: 'Acme',
    authorizationEndpoint: 'https://acme.example/authorize',
    tokenEndpoint: 'https://acme.example/token',
    userinfoEndpoint: 'https://api.acme.example/me',
    apiBaseUrl: 'https://api.acme.example/v1',
    clientAuth: 'post',
    scope: ['read'],
    authorizationParams: { display: 'page', lang: 'en' },
    apiHeaders: { accept: 'application/vnd.acme+json' },
    extraRequests: { emails: 'https://api.acme.example/emails' },
    profile: { id: 'id', name: 'display_name', email: 'mail' },
    hooks: {
      userinfo: (raw) => ({ ...raw, trace: [...(raw['trace'] as string[]), 'catalogue'] }),
      apiRequest: (request, tokens) => ({ ...request, headers: { ...request.headers, 'x-catalogue': tokens.tokenType } }),
    },
  }),
  forge: defineProvider({
    protocol: 'oauth2',
    title: 'Forge',
    parameters: { host: { description: 'the host of the installation', kind: 'host', default: 'forge.example' } },
    authorizationEndpoint: 'https://{host}/authorize',
    tokenEndpoint: 'https://{host}/token',
    userinfoEndpoint: ({ host = '' }) => (host === 'forge.example' ? 'https://api.forge.example/user' : `https://${host}/api/user`),
    profile: { id: 'id' },
  }),
  cloud: defineProvider({
    protocol: 'oidc',
    title: 'Cloud',
    parameters: { tenant: { description: 'the id of the directory', kind: 'segment' } },
    issuer: 'https://cloud.example/{tenant}/v2.0',
    profile: { username: 'upn' },
  }),
  realmed: defineProvider({
    protocol: 'oidc',
    title: 'Realmed',
    parameters: { realm: { description: 'the name of the realm', kind: 'segment' } },
    issuer: 'https://realmed.example/realms/{realm}',
  }),
  chirp: defineProvider({
    protocol: 'oauth1',
    title: 'Chirp',
    requestTokenEndpoint: 'https://chirp.example/request_token',
    authorizationEndpoint: 'https://chirp.example/authorize',
    accessTokenEndpoint: 'https://chirp.example/access_token',
    userinfoEndpoint: 'https://chirp.example/me.json',
    profile: { id: 'id_str' },
  }),
} satisfies Record<string, Provider>

export const retired = { oldcloud: 'Old Cloud closed in 2020. Use cloud instead.' }

export const secret = 'W3r9TqJxk0vB7mZsYh2LcNpGfD5aEuQ1'
export const client = { clientId: 'client-1', clientSecret: 'hush' }
const production = { NODE_ENV: 'production', AUTH_SECRET: secret, AUTH_BASE_URL: 'https://app.example' }

export const rsaKey = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
export const ecKey = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export const custom = {
  oauth2: {
    protocol: 'oauth2',
    authorizationEndpoint: 'https://id.example/authorize',
    tokenEndpoint: 'https://id.example/token',
    userinfoEndpoint: 'https://id.example/me',
    profile: { id: 'id' },
    ...client,
  },
  oidc: { protocol: 'oidc', issuer: 'https://id.example', ...client },
  oauth1: {
    protocol: 'oauth1',
    requestTokenEndpoint: 'https://old.example/request',
    authorizationEndpoint: 'https://old.example/authorize',
    accessTokenEndpoint: 'https://old.example/access',
    userinfoEndpoint: 'https://old.example/me',
    profile: { id: 'id' },
    ...client,
  },
} as const

interface Surroundings {
  env?: Record<string, string>
  warn?: (message: string) => void
}

/** Resolves a configuration in an environment that has nothing but a secret. */
export function resolve(config: unknown, { env = {}, warn = () => undefined }: Surroundings = {}): Settings {
  return resolveConfig(config as AuthRouterConfig, { catalogue, retired, env: { AUTH_SECRET: secret, ...env }, warn })
}

/** The same in production, with everything that production needs. */
export function resolveInProduction(config: unknown, env: Record<string, string> = {}): Settings {
  return resolve(config, { env: { ...production, ...env } })
}

/** The error that a configuration is refused with. */
export function refusal(attempt: () => unknown): AuthError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof AuthError) return error
    throw error
  }
  throw new Error('The configuration was accepted.')
}
