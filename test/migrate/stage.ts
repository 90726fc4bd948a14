import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { replaced, runGuide, startApi } from './guide.js'
import { visit, type Visit } from './visit.js'

/** A provider with its API, and a registered application whose code is a guide's. */
export interface Stage {
  openid: OpenidProvider
  apiUrl: string
  /** Runs a guide's application and visits it; the provider knows this one callback URL of it. */
  visit: (code: string | undefined, language: 'js' | 'ts', parts: Parts) => Promise<Visit>
  close: () => Promise<void>
}

export interface Parts {
  callbackPath: string
  /** Of the page behind the sign-in. */
  page: string
  env: (url: string) => Record<string, string>
  replacements?: Record<string, string>
}

export const client = { clientId: 'the-app', clientSecret: 'a client secret of the tests' }

/** @param tokenEndpointAuthMethod how the other package proves who the application is */
export async function startStage(tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post'): Promise<Stage> {
  const openid = await startOpenidProvider({ signInAs: 'ada-id' })
  const api = await startApi(openid)
  return {
    openid,
    apiUrl: api.url,
    async visit(code = '', language, { callbackPath, page, env, replacements = {} }) {
      const app = await runGuide(replaced(code, replacements), language, (url) => {
        openid.registerClient({ ...client, tokenEndpointAuthMethod, redirectUris: [url + callbackPath] })
        return env(url)
      })
      try {
        return await visit(app.url, page)
      } finally {
        await app.stop()
      }
    },
    async close() {
      await api.close()
      await openid.close()
    },
  }
}

/** The environment of a guide's application that signs in with Google, where Google is the stage's provider. */
export function googleVariables({ openid, apiUrl }: Stage): Record<string, string> {
  return {
    GOOGLE_CLIENT_ID: client.clientId,
    GOOGLE_CLIENT_SECRET: client.clientSecret,
    GOOGLE_ISSUER: openid.issuer,
    GOOGLE_API_BASE_URL: apiUrl,
    SESSION_SECRET: 'a session secret of the tests',
  }
}
