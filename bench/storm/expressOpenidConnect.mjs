import express from 'express'
import openid from 'express-openid-connect'
import { client, secret } from '../settings.mjs'

export default function withExpressOpenidConnect({ issuer }) {
  const app = express()
  app.use(
    openid.auth({
      issuerBaseURL: issuer,
      baseURL: 'http://127.0.0.1:1',
      clientID: client.id,
      clientSecret: client.secret,
      secret,
      authRequired: false,
      idpLogout: false,
      enableTelemetry: false,
      authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
    }),
  )
  // As its examples refresh.
  app.get('/repos', async (req, res) => {
    let { accessToken } = req.oidc
    if (accessToken.isExpired()) accessToken = await accessToken.refresh()
    const { status } = await fetch(`${issuer}/api/repos`, { headers: { authorization: `Bearer ${accessToken.access_token}` } })
    res.status(status).end()
  })
  return app
}
