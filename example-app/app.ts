import { authRouter, requireLogin } from 'authrouter'
import express from 'express'
import { answerError, answerNotFound } from './pages/errors.js'
import { furtherRoutes } from './pages/furtherRoutes.js'
import { pageHeaders } from './pages/headers.js'
import { homePage } from './pages/home.js'
import { projectsPage } from './pages/projects.js'
import { run } from './processes/run.js'

// `npm start` runs this file. `demo` has what a provider gives you when you register there: addresses, client id and secret. For the demo,
// identity providers of its own run beside the application.
await run(({ demo, otherProviders, pictureOrigins, storage }) => {
  const auth = authRouter({
    providers: {
      // OpenID Connect: the issuer tells its endpoints. `offline` asks for a refresh token.
      openid: { protocol: 'oidc', scope: ['openid', 'profile', 'email', 'projects'], offline: true, ...demo.openid },
      // OAuth 2.0 and OAuth 1.0a have no standard profile: field of the user → where this provider has it.
      oauth2: {
        protocol: 'oauth2',
        scope: ['profile', 'email', 'projects'],
        profile: {
          id: 'id',
          username: 'login',
          name: 'display_name',
          email: 'contact.email',
          emailVerified: 'contact.verified',
          picture: 'avatar_url',
          profileUrl: 'html_url',
        },
        ...demo.oauth2,
      },
      oauth1: {
        protocol: 'oauth1',
        profile: { id: 'id', username: 'screen_name', name: 'name', email: 'email', picture: 'profile_image_url' },
        ...demo.oauth1,
      },
      // `github: {}`, `google: {}` and the like, where the environment has GITHUB_CLIENT_ID, GOOGLE_CLIENT_ID ...
      ...otherProviders,
    },
    // `session` and `tokenStore` for several processes; nothing, and so encrypted cookies, for one.
    ...storage.options,
  })

  const app = express()
  app.disable('x-powered-by')
  app.use(express.static(`${import.meta.dirname}/public`), pageHeaders({ pictureOrigins }))
  app.use(auth)

  app.get('/', (req, res) => {
    res.send(homePage({ user: req.authUser, providers: auth.providers }))
  })
  app.get('/projects', requireLogin(), async (req, res) => {
    res.send(projectsPage({ user: req.authUser, answer: await req.oauthClient.get('projects') }))
  })
  app.use(furtherRoutes({ auth, storage: storage.name }))

  app.use(answerNotFound, answerError)
  return { app, auth }
})
