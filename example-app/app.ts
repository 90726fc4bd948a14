import { authRouter, requireLogin } from 'authrouter'
import express from 'express'
import { adminPage } from './pages/admin.js'
import { homePage } from './pages/home.js'
import { projectsPage } from './pages/projects.js'
import { run } from './processes/run.js'
import { answerError, answerNotFound } from './routes/errors.js'
import { furtherRoutes } from './routes/furtherRoutes.js'
import { pageHeaders } from './routes/headers.js'

// `npm start` runs this file. `demo` has what a provider gives you when you register there: addresses, client id and secret. For the demo,
// identity providers of its own run beside the application. `storage` is a database: an SQLite file, or what the environment names.
await run(({ demo, otherProviders, providerOrigins, storage: { userStore, sessions, members, name: storage } }) => {
  const auth = authRouter({
    providers: {
      // OpenID Connect: the issuer tells its endpoints. `offline` asks for a refresh token.
      openid: { protocol: 'oidc', scope: ['openid', 'profile', 'email', 'projects'], offline: true, ...demo.openid },
      // OAuth 2.0 and OAuth 1.0a have no standard profile: field of the user → where this provider has it.
      oauth2: {
        protocol: 'oauth2',
        scope: ['profile', 'email', 'projects'],
        profile: { id: 'id', name: 'display_name', email: 'contact.email', emailVerified: 'contact.verified', picture: 'avatar_url' },
        ...demo.oauth2,
      },
      oauth1: {
        protocol: 'oauth1',
        profile: { id: 'id', username: 'screen_name', name: 'name', email: 'email', picture: 'profile_image_url' },
        ...demo.oauth1,
      },
      // OpenID 2.0 says who somebody is, and gives no tokens.
      openid2: { protocol: 'openid2', ...demo.openid2 },
      // `github: {}`, `google: {}` and the like, where the environment has GITHUB_CLIENT_ID, GOOGLE_CLIENT_ID ...
      ...otherProviders,
    },
    // The first sign-in makes a user, and `req.user` is their row. Another sign-in while somebody is signed in adds an account to them.
    userStore,
    ifLoggedIn: 'link',
    // `tokenStore`, and `session` where sessions have a store.
    ...sessions,
  })

  const app = express()
  app.disable('x-powered-by')
  app.use(express.static(`${import.meta.dirname}/public`), pageHeaders(providerOrigins))
  app.use(auth)

  app.get('/', async (req, res) => {
    res.send(homePage({ user: req.authUser, providers: auth.providers, isAdmin: await members.isAdmin(req.authUser) }))
  })
  app.get('/projects', requireLogin(), async (req, res) => {
    res.send(projectsPage({ user: req.authUser, answer: await req.oauthClient.get('projects') }))
  })
  // Asked of the database at each request: a role that a login brings (`hooks.onLogin`) stays until the next one.
  app.get('/admin', requireLogin({ check: members.isAdmin }), async (req, res) => {
    res.send(adminPage({ user: req.authUser, providers: auth.providers, members: await members.list() }))
  })
  app.use(furtherRoutes({ auth, members, storage }), answerNotFound, answerError)
  return { app, auth }
})
