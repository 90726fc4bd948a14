import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { genericOAuth } from 'better-auth/plugins'
import express from 'express'
import { SqliteDialect } from 'kysely'
import Database from 'libsql'
import { client, endpoints, secret } from '../settings.mjs'

export default async function withBetterAuth({ origin, issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const options = {
    baseURL: origin,
    secret,
    // Not its adapter for memory, which goes through all users at each login: every one of the bench is somebody else.
    database: { dialect: new SqliteDialect({ database: new Database(':memory:') }), type: 'sqlite' },
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
            scopes: ['profile'],
            pkce: true,
            authentication: 'basic',
            accountSubject: ({ profile }) => profile.sub,
          },
        ],
      }),
    ],
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const app = express()
  app.all('/api/auth/*rest', toNodeHandler(auth))
  app.get('/', async (req, res) => {
    const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
    res.send(`Hello ${found?.user.name ?? 'stranger'}`)
  })
  return app
}
