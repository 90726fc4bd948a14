import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { genericOAuth } from 'better-auth/plugins'
import express from 'express'
import { SqliteDialect } from 'kysely'
import Database from 'libsql'
import { client, endpoints, secret } from '../settings.mjs'

export default async function withBetterAuth({ origin, issuer, folder, isFirst }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const database = new Database(`${folder}/better.sqlite`)
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 10000')
  const options = {
    baseURL: origin,
    secret,
    database: { dialect: new SqliteDialect({ database }), type: 'sqlite' },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: 'oauth',
            clientId: client.id,
            clientSecret: client.secret,
            authorizationUrl: authorization,
            tokenUrl: token,
            userInfoUrl: userinfo,
            scopes: ['openid', 'profile', 'email', 'offline_access'],
            pkce: true,
            accountSubject: ({ profile }) => profile.sub,
          },
        ],
      }),
    ],
  }
  if (isFirst) await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const app = express()
  app.all('/api/auth/*rest', toNodeHandler(auth))
  app.get('/repos', async (req, res) => {
    const headers = fromNodeHeaders(req.headers)
    const [account] = await auth.api.listUserAccounts({ headers })
    const { accessToken } = await auth.api.getAccessToken({ body: { accountId: account.id }, headers })
    const { status } = await fetch(`${issuer}/api/repos`, { headers: { authorization: `Bearer ${accessToken}` } })
    res.status(status).end()
  })
  return app
}
