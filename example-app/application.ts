import { fileURLToPath } from 'node:url'
import { requireLogin, type AuthRouter } from 'authrouter'
import express, { type Express } from 'express'
import { answerError, nameProcess, pageHeaders } from './answers.js'
import { fetchOverview } from './overview.js'
import { overviewPage } from './overviewPage.js'
import { homePage, notFoundPage, profilePage, projectsPage } from './pages.js'
import { readProjects } from './projects.js'

export interface ApplicationParts {
  auth: AuthRouter
  /** Where people's pictures may come from. */
  pictures: readonly string[]
  /** Where sessions and tokens live, in plain words. */
  storage: string
}

/** The application itself: what it would be with one process or many, and with any storage. */
export function createApplication({ auth, pictures, storage }: ApplicationParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(nameProcess)
  app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
  app.use(pageHeaders({ pictures }))
  app.use(auth)

  app.get('/', (req, res) => {
    res.send(homePage({ user: req.authUser, providers: auth.providers }))
  })

  app.get('/profile', requireLogin(), (req, res) => {
    res.send(profilePage({ user: req.authUser, credentials: req.oauthClient.credentials }))
  })

  app.get('/projects', requireLogin(), async (req, res) => {
    const answer = await req.oauthClient.get('projects')
    res.send(projectsPage({ user: req.authUser, answer }))
  })

  // Several calls to several providers at once: see `overview.ts`.
  app.get('/overview', requireLogin(), async (req, res) => {
    const overview = await fetchOverview(req.oauthClients)
    res.send(overviewPage({ user: req.authUser, providers: auth.providers, overview, storage }))
  })

  // The same for programs: signed out, they get 401 and JSON where a person gets the sign-in page.
  app.get('/api/projects', requireLogin(), async (req, res) => {
    const { ok, status, data } = await req.oauthClient.get('projects')
    if (ok) res.json(readProjects(data))
    else res.status(502).json({ error: 'provider_answered', status })
  })

  app.get('/api/overview', requireLogin(), async (req, res) => {
    res.json(await fetchOverview(req.oauthClients))
  })

  app.use((req, res) => {
    res.status(404).send(notFoundPage(req.authUser))
  })
  app.use(answerError)
  return app
}
