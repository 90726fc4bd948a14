// What a careful engineer writes by hand: state, PKCE, one pool of connections, a new session id at the login. No more than that.
import { createHash, randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { Pool } from 'undici'
import { client, endpoints, secret } from '../settings.mjs'

const random = () => randomBytes(32).toString('base64url')

export default function floor({ origin, issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const pool = new Pool(issuer, { connections: 64 })
  const redirectUri = `${origin}/auth/oauth/callback`
  const call = async (options) => {
    const { statusCode, body } = await pool.request({ ...options, headersTimeout: 5_000, bodyTimeout: 5_000 })
    if (statusCode !== 200) throw new Error(`The provider answered ${statusCode}`)
    return body.json()
  }

  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))

  app.get('/auth/oauth', (req, res) => {
    const [state, verifier] = [random(), random()]
    req.session.login = { state, verifier }
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: 'profile',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    res.redirect(`${authorization}?${query}`)
  })

  app.get('/auth/oauth/callback', async (req, res) => {
    const { login } = req.session
    if (!login || req.query.state !== login.state) return res.status(400).end()
    const tokens = await call({
      method: 'POST',
      path: new URL(token).pathname,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(client.secret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: req.query.code,
        redirect_uri: redirectUri,
        code_verifier: login.verifier,
      }).toString(),
    })
    const user = await call({
      method: 'GET',
      path: new URL(userinfo).pathname,
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    await new Promise((resolve, reject) => {
      req.session.regenerate((error) => (error ? reject(error) : resolve()))
    })
    Object.assign(req.session, { user, tokens })
    res.redirect('/')
  })

  app.get('/', (req, res) => res.send(`Hello ${req.session.user?.name ?? 'stranger'}`))
  return app
}
