import './hosts/express.js'

export { authRouter, type AuthRouter, type AuthRouterOptions } from './authRouter.js'
export { requireLogin, type LoginRequirement } from './hosts/nodeHandlers.js'
export type { CallbackHandler } from './hosts/nodeCallback.js'
export type { CallbackOutcome } from './core/callbackRuns.js'
export { signedIn, type SignedIn } from './request/signedIn.js'
export type { RequestAuth } from './request/requestTypes.js'
export type { AuthEvents } from './core/engine.js'
export type { LogEvent } from './core/logging.js'
export type { Handler, Next, Request, Response, SessionSetting } from './hosts/nodeTypes.js'
export type { HostSession as SessionBag } from './http/host.js'
export { AuthError, type AuthErrorCode } from '../lib/base/errors.js'
export { defineProtocol, defineProvider } from '../lib/types.js'
export type {
  Address,
  ApiRequest,
  AuthUser,
  HttpRequest,
  HttpResponse,
  LoginOptions,
  OwnProtocol,
  Pagination,
  ProfileMap,
  ProtocolAuthorization,
  ProtocolCallback,
  ProtocolContext,
  ProtocolDefinition,
  ProtocolGrant,
  ProtocolIdentity,
  ProtocolLogin,
  ProtocolLogout,
  ProtocolRefresh,
  ProtocolResult,
  Provider,
  ProviderHooks,
  Tokens,
} from '../lib/types.js'
export type { Beyond } from './router/api.js'
export type { ClientCredentialsOptions as ClientCredentialsGrant, GrantOptions } from './tokens/grants/grantOptions.js'
export type { JwtBearerOptions as JwtBearerGrant } from './tokens/grants/jwtBearer.js'
export type { TokenExchangeOptions as TokenExchangeGrant } from './tokens/grants/tokenExchange.js'
export type { DeviceLogin, DeviceOptions } from './router/device.js'
export type { UserAccess } from './router/userClient.js'
export type { UserCode } from '../lib/endpoints/grants/deviceAuthorization.js'
export type { ApiClient, ApiFetchInit, ApiResponse, ClientTarget, PageOptions, RequestOptions } from '../lib/client/apiClient.js'
export type { Credentials } from '../lib/client/credentials.js'
export type { AuthRouterConfig, FetchToken, Logger, ProviderEntry, ProviderLookup } from '../lib/config/settings.js'
export type { Hooks, LoginDecision, LoginEvent, TokensEvent } from '../lib/config/hooks.js'
export type { Introspection, IntrospectionOptions } from '../lib/endpoints/introspection.js'
export type { SetOptions, StoredRecord, StoreLock, TokenStore } from '../lib/stores/tokenStore.js'
