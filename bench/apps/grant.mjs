import express from 'express'
import session from 'express-session'
import grant from 'grant'
import { client, endpoints, secret } from '../settings.mjs'

export default function withGrant({ origin, issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(
    grant.express({
      defaults: { origin, transport: 'session' },
      // Not `oauth`: an option has that name.
      light: {
        authorize_url: authorization,
        access_url: token,
        profile_url: userinfo,
        oauth: 2,
        key: client.id,
        secret: client.secret,
        token_endpoint_auth_method: 'client_secret_basic',
        scope: ['profile'],
        state: true,
        pkce: true,
        response: ['tokens', 'profile'],
        callback: '/done',
      },
    }),
  )
  // grant keeps no user: this is what its documentation leaves to the application.
  app.get('/done', (req, res) => {
    const { profile, access_token, refresh_token } = req.session.grant.response
    req.session.regenerate(() => {
      Object.assign(req.session, { user: profile, tokens: { access_token, refresh_token } })
      res.redirect('/')
    })
  })
  app.get('/', (req, res) => res.send(`Hello ${req.session.user?.name ?? 'stranger'}`))
  return app
}
