import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { genericOAuth } from 'better-auth/plugins'
import express from 'express'
import { client, endpoints, secret } from '../settings.mjs'

export default function withBetterAuth({ origin, issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const auth = betterAuth({
    baseURL: origin,
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
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
  })
  const app = express()
  app.all('/api/auth/*rest', toNodeHandler(auth))
  app.get('/', async (req, res) => {
    const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
    res.send(`Hello ${found?.user.name ?? 'stranger'}`)
  })
  return app
}
