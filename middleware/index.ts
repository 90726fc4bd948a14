import './hosts/express.js'

export { authRouter, type AuthRouter, type AuthRouterOptions } from './authRouter.js'
export { requireLogin, type LoginRequirement } from './hosts/nodeHandlers.js'
export { signedIn, type SignedIn } from './request/signedIn.js'
export type { RequestAuth } from './request/requestTypes.js'
export type { AuthEvents } from './core/engine.js'
export type { LogEvent } from './core/logging.js'
export type { Handler, Next, Request, Response, SessionSetting } from './hosts/nodeTypes.js'
export type { HostSession as SessionBag } from './http/host.js'
export { AuthError, type AuthErrorCode } from '../lib/base/errors.js'
export { defineProvider } from '../lib/types.js'
export type { Address, ApiRequest, AuthUser, LoginOptions, Pagination, ProfileMap, Provider, ProviderHooks, Tokens } from '../lib/types.js'
export type { Beyond } from './router/api.js'
export type { ClientCredentialsGrant } from './tokens/clientCredentials.js'
export type { ApiClient, ApiFetchInit, ApiResponse, PageOptions, RequestOptions } from '../lib/client/apiClient.js'
export type { Credentials } from '../lib/client/credentials.js'
export type {
  AuthRouterConfig,
  FetchToken,
  Hooks,
  LoginDecision,
  LoginEvent,
  Logger,
  ProviderEntry,
  ProviderLookup,
  TokensEvent,
} from '../lib/config/settings.js'
export type { Introspection, IntrospectionOptions } from '../lib/endpoints/introspection.js'
export type { SetOptions, StoredRecord, StoreLock, TokenStore } from '../lib/stores/tokenStore.js'
