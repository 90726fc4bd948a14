import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'
import { client, secret } from '../settings.mjs'

export default function withAuthExpress({ issuer }) {
  const config = {
    secret,
    trustHost: true,
    basePath: '/auth',
    providers: [
      {
        id: 'openid',
        name: 'OpenID',
        type: 'oidc',
        issuer,
        clientId: client.id,
        clientSecret: client.secret,
        authorization: { params: { scope: 'openid profile email offline_access' } },
        checks: ['pkce', 'state', 'nonce'],
      },
    ],
    callbacks: {
      // As its guide on refresh token rotation has it.
      async jwt({ token, account }) {
        if (account) return { ...token, access: account.access_token, refresh: account.refresh_token, until: account.expires_at }
        if (Date.now() < token.until * 1000) return token
        const answer = await fetch(`${issuer}/token`, {
          method: 'POST',
          body: new URLSearchParams({
            client_id: client.id,
            client_secret: client.secret,
            grant_type: 'refresh_token',
            refresh_token: token.refresh,
          }),
        })
        const tokens = await answer.json()
        if (!answer.ok) return { ...token, error: 'RefreshTokenError' }
        return {
          ...token,
          access: tokens.access_token,
          refresh: tokens.refresh_token ?? token.refresh,
          until: Math.floor(Date.now() / 1000 + tokens.expires_in),
        }
      },
      session: ({ session, token }) => ({ ...session, access: token.access, error: token.error }),
    },
  }
  const app = express()
  app.use(/^\/auth\/(.*)/, ExpressAuth(config))
  app.get('/repos', async (req, res) => {
    const session = await getSession(req, config)
    const { status } = await fetch(`${issuer}/api/repos`, { headers: { authorization: `Bearer ${session?.access}` } })
    res.status(status).end()
  })
  return app
}
