import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-oauth2'
import { client, endpoints, secret } from '../settings.mjs'

export default function withPassport({ origin, issuer }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const strategy = new Strategy(
    {
      authorizationURL: authorization,
      tokenURL: token,
      clientID: client.id,
      clientSecret: client.secret,
      callbackURL: `${origin}/auth/oauth/callback`,
      scope: 'profile',
      state: true,
      pkce: true,
    },
    (accessToken, refreshToken, profile, done) => {
      done(null, { ...profile, tokens: { accessToken, refreshToken } })
    },
  )
  // passport-oauth2 leaves the profile to each provider's strategy, which fetch it like this.
  strategy.userProfile = function userProfile(accessToken, done) {
    this._oauth2.useAuthorizationHeaderforGET(true)
    this._oauth2.get(userinfo, accessToken, (error, body) => {
      if (error) done(error)
      else done(null, JSON.parse(body))
    })
  }
  passport.use('oauth', strategy)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user, done) => done(null, user))

  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.get('/auth/oauth', passport.authenticate('oauth'))
  app.get('/auth/oauth/callback', passport.authenticate('oauth', { successRedirect: '/' }))
  app.get('/', (req, res) => res.send(`Hello ${req.user?.name ?? 'stranger'}`))
  return app
}
