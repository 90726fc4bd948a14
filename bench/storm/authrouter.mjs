import { authRouter, requireLogin } from 'authrouter'
import { sqliteTokenStore } from 'authrouter/stores'
import express from 'express'
import { client, secret } from '../settings.mjs'

export default async function withAuthrouter({ issuer, folder }) {
  const app = express()
  app.use(
    authRouter({
      secret,
      baseUrl: 'http://127.0.0.1:1',
      logger: false,
      tokenStore: await sqliteTokenStore(`${folder}/tokens.sqlite`),
      providers: {
        openid: { protocol: 'oidc', issuer, clientId: client.id, clientSecret: client.secret, offline: true, apiBaseUrl: `${issuer}/api/` },
      },
    }),
  )
  app.get('/repos', requireLogin('openid'), async (req, res) => {
    const { status } = await req.oauthClient.get('repos')
    res.status(status).end()
  })
  return app
}
