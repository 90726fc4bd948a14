import type { ServerResponse } from 'node:http'
import { createApiClient, type ApiClient, type ApiClientParts } from '../../lib/client/apiClient.js'
import type { AuthUser, Context, ResolvedProvider, Tokens } from '../../lib/types.js'
import { contextFor } from './context.js'
import { startServer, type Received, type SmallServer } from './unitServer.js'

/** An API client against a server of a test, and a server that must never be called. */
export interface ApiSetup {
  api: SmallServer
  sink: SmallServer
  client: ApiClient
  context: Context
  account: { tokens: Tokens | undefined; writes: number }
  /** Milliseconds of each pause that the client made; none of them takes time. */
  pauses: number[]
  close: () => Promise<void>
}

export type ApiAnswer = (request: Received, res: ServerResponse, sink: SmallServer) => void | Promise<void>

export interface ApiParts extends ApiClientParts {
  tokens?: Partial<Tokens>
  provider?: Partial<ResolvedProvider>
  outbound?: Partial<Context['outbound']>
  now?: () => number
}

export const apiUser = {
  provider: 'invented',
  id: '7',
  key: 'invented$7',
  name: 'Ada',
  roles: [],
  loggedInAt: '',
  raw: {},
} satisfies AuthUser

export async function startApi(
  answer: ApiAnswer,
  { tokens, provider, outbound, now = () => Date.now(), wait }: ApiParts = {},
): Promise<ApiSetup> {
  const sink = await startServer((_request, res) => {
    res.end('stolen')
  })
  const api = await startServer((request, res) => answer(request, res, sink))
  const account: ApiSetup['account'] = { tokens: { accessToken: 'canary-access', tokenType: 'Bearer', ...tokens }, writes: 0 }
  const context = contextFor({
    now,
    ...(outbound ? { outbound } : {}),
    provider: { tokenEndpoint: `${api.origin}/token`, apiBaseUrl: `${api.origin}/v1/`, ...provider },
  })
  const pauses: number[] = []
  const source = {
    current: () => account.tokens,
    save: (refreshed: Tokens | undefined) => {
      account.writes++
      account.tokens = refreshed
    },
  }
  const client = createApiClient(context, { source }, apiUser, {
    wait:
      wait
      ?? (async (milliseconds) => {
        pauses.push(milliseconds)
      }),
  })
  return {
    api,
    sink,
    client,
    context,
    account,
    pauses,
    close: async () => {
      await Promise.all([api.close(), sink.close()])
    },
  }
}

/** Tokens that can be refreshed, and need not be yet. */
export function refreshableTokens(now = Date.now()): Partial<Tokens> {
  const seconds = Math.floor(now / 1000)
  return { refreshToken: `canary-refresh-${String(names++)}`, issuedAt: seconds, expiresAt: seconds + 3600 }
}

let names = 0
