/** The nouns of `lib/model/`, for `providers/` and for applications; nobody else imports this file. */

export { defineProvider } from './model/provider.js'
export { cas } from './protocols/cas/cas.js'
export { defineProtocol } from './protocols/own/defineProtocol.js'
export type { Client } from './model/client.js'
export type { Context, Registration } from './model/context.js'
export type {
  ClientCertificate,
  Http,
  HttpRequest,
  HttpResponse,
  HttpStream,
  Outbound,
  StreamRequest,
  StreamResponse,
} from './model/http.js'
export type { Authorization, CallbackParameters, CodeGrant, Grant, LoginOptions, Transaction } from './model/login.js'
export type { ProfileField, ProfileKey, ProfileMap, RawProfile } from './model/profile.js'
export type { Protocol, TokenSet } from './model/protocol.js'
export type {
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
} from './model/protocols/definition.js'
export type { OwnProtocol } from './model/protocols/ownProtocol.js'
export type { ProtocolOption } from './model/protocols/protocolOptions.js'
export type {
  ApiRequest,
  ClientAuthFunction,
  ClientAuthMethod,
  LoginFacts,
  Pagination,
  ProtocolName,
  Provider,
  ProviderFact,
  ProviderHooks,
  ProviderOptions,
  ProviderParameter,
  RequestParameters,
  ResolvedProvider,
  SignatureMethod,
  TokenRequestFacts,
} from './model/provider.js'
export type { AccessTokenExchange, RenewalStrategy, ResolvedExchange } from './model/refresh.js'
export type { Template } from './model/template.js'
export type { Tokens } from './model/tokens.js'
export type { Address, AuthUser } from './model/user.js'
