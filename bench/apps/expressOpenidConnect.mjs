import express from 'express'
import openid from 'express-openid-connect'
import { client, secret } from '../settings.mjs'

export default function withExpressOpenidConnect({ origin, issuer }) {
  const app = express()
  app.use(
    openid.auth({
      issuerBaseURL: issuer,
      baseURL: origin,
      clientID: client.id,
      clientSecret: client.secret,
      secret,
      authRequired: false,
      idpLogout: false,
      enableTelemetry: false,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
    }),
  )
  app.get('/', (req, res) => res.send(`Hello ${req.oidc.user?.name ?? 'stranger'}`))
  return app
}
