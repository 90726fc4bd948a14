import { authRouter } from 'authrouter'
import express from 'express'
import session from 'express-session'
import { client, endpoints, secret } from '../settings.mjs'

export default function withAuthrouter({ origin, issuer, mode }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const common = { clientId: client.id, clientSecret: client.secret }
  const app = express()
  if (mode === 'session') app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(
    authRouter({
      secret,
      baseUrl: origin,
      logger: false,
      ...(mode === 'store' ? { session: { store: new session.MemoryStore() } } : {}),
      providers: {
        oauth: {
          ...common,
          protocol: 'oauth2',
          authorizationEndpoint: authorization,
          tokenEndpoint: token,
          userinfoEndpoint: userinfo,
          scope: ['profile'],
          profile: { id: 'sub', name: 'name', email: 'email', picture: 'picture' },
        },
        openid: { ...common, protocol: 'oidc', issuer },
      },
    }),
  )
  app.get('/', (req, res) => res.send(`Hello ${req.authUser?.name ?? 'stranger'}`))
  return app
}
