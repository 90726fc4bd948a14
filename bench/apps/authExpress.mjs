import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'
import { client, endpoints, secret } from '../settings.mjs'

export default function withAuthExpress({ issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const common = { clientId: client.id, clientSecret: client.secret, checks: ['pkce', 'state'] }
  const config = {
    secret,
    trustHost: true,
    basePath: '/auth',
    providers: [
      {
        ...common,
        id: 'oauth',
        name: 'OAuth',
        type: 'oauth',
        issuer,
        authorization: { url: authorization, params: { scope: 'profile' } },
        token,
        userinfo,
        profile: ({ sub, name, email, picture }) => ({ id: sub, name, email, image: picture }),
      },
      { ...common, id: 'openid', name: 'OpenID', type: 'oidc', issuer, checks: ['pkce', 'state', 'nonce'] },
    ],
    callbacks: {
      // What it takes to have the tokens in the session, as its documentation shows.
      jwt: ({ token: kept, account }) =>
        account ? { ...kept, access_token: account.access_token, refresh_token: account.refresh_token } : kept,
    },
  }
  const app = express()
  // It finds its own path by what a wildcard of Express 4 matched.
  app.use(/^\/auth\/(.*)/, ExpressAuth(config))
  app.get('/', async (req, res) => {
    const found = await getSession(req, config)
    res.send(`Hello ${found?.user?.name ?? 'stranger'}`)
  })
  return app
}
