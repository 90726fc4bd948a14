import { requireLogin, type AuthRouter } from 'authrouter'
import { Router } from 'express'
import { fetchOverview } from './fetchOverview.js'
import { overviewPage } from './overview.js'
import { profilePage } from './profile.js'
import { readProjects } from './readProjects.js'

/**
 * The pages beside those of `app.ts`, and `/api/` for programs: signed out, they get 401 and JSON where a user gets the sign-in page.
 * @param storage where sessions and tokens live, in plain words
 */
export function furtherRoutes({ auth, storage }: { auth: AuthRouter; storage: string }): Router {
  const router = Router()

  router.get('/profile', requireLogin(), (req, res) => {
    res.send(profilePage({ user: req.authUser, credentials: req.oauthClient.credentials }))
  })

  router.get('/overview', requireLogin(), async (req, res) => {
    const overview = await fetchOverview(req.oauthClients)
    res.send(overviewPage({ user: req.authUser, providers: auth.providers, overview, storage }))
  })

  router.get('/api/overview', requireLogin(), async (req, res) => {
    res.json(await fetchOverview(req.oauthClients))
  })

  router.get('/api/projects', requireLogin(), async (req, res) => {
    const { ok, status, data } = await req.oauthClient.get('projects')
    if (ok) res.json(readProjects(data))
    else res.status(502).json({ error: 'provider_answered', status })
  })

  return router
}
