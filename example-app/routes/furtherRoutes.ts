import { AuthError, requireLogin, type ApiClient, type AuthRouter } from 'authrouter'
import { Router, urlencoded, type Request } from 'express'
import { accountsPage } from '../pages/accounts.js'
import { dashboardPage } from '../pages/dashboard.js'
import { readProjects } from '../pages/parts/readProjects.js'
import { deletePage, goodbyePage, yourDataPage, type Access } from '../pages/yourData.js'
import type { Members } from '../processes/storage/members.js'
import { fetchOverview } from './fetchOverview.js'
import { fromOwnPages } from './fromOwnPages.js'

export interface FurtherRoutes {
  auth: AuthRouter
  members: Members
  /** Where users, sessions and tokens live, in plain words. */
  storage: string
}

/** The pages beside those of `app.ts`, and `/api/` for programs: signed out, they get 401 and JSON where a user gets the sign-in page. */
export function furtherRoutes({ auth, members, storage }: FurtherRoutes): Router {
  const router = Router()
  router.use(['/dashboard', '/accounts', '/your-data', '/api'], requireLogin())

  router.get('/dashboard', async (req, res) => {
    const overview = await fetchOverview(req.auth)
    res.send(dashboardPage({ user: req.authUser, providers: auth.providers, overview }))
  })

  router.get('/accounts', async (req, res) => {
    const stored = await members.accountsOf(userIdOf(req))
    res.send(accountsPage({ user: req.authUser, providers: auth.providers, stored, connected: req.auth.accounts }))
  })
  // Adding and removing are authrouter's: POST /auth/:provider/link and /unlink.
  router.post('/accounts/use', fromOwnPages, urlencoded({ extended: false }), async (req, res) => {
    const { key } = req.body as Record<string, unknown>
    await req.auth.switch(String(key))
    res.redirect(303, '/accounts')
  })

  router.get('/your-data', async (req, res) => {
    const stored = await members.accountsOf(userIdOf(req))
    const connected = req.auth.accounts.map((account) => ({ account, access: accessOf(req.auth.client(account.key)) }))
    res.send(yourDataPage({ user: req.authUser, providers: auth.providers, row: req.user, stored, connected, storage }))
  })
  router.get('/your-data/delete', (req, res) => {
    res.send(deletePage(req.authUser))
  })
  router.post('/your-data/delete', fromOwnPages, async (req, res) => {
    // All sessions of the user end with them, and their tokens are revoked.
    await auth.forget(userIdOf(req))
    await req.auth.logout()
    res.redirect(303, '/goodbye')
  })
  router.get('/goodbye', (req, res) => {
    res.send(goodbyePage(req.authUser))
  })

  router.get('/api/overview', async (req, res) => {
    res.json(await fetchOverview(req.auth))
  })
  router.get('/api/projects', async (req, res) => {
    const { ok, status, data } = await req.oauthClient.get('projects')
    if (ok) res.json(readProjects(data))
    else res.status(502).json({ error: 'provider_answered', status })
  })

  return router
}

/** What an account may do at its provider; nothing where the sign-in only says who somebody is, as that of OpenID 2.0. */
function accessOf(client: ApiClient): Access | undefined {
  try {
    const { expiresIn, scope } = client.credentials
    return { expiresIn, scope }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'credentials_gone') return undefined
    throw error
  }
}

function userIdOf({ user }: Request): string {
  // Behind requireLogin, and with a user store, there is one.
  if (!user) throw new Error('A signed-in request without a user')
  return user.id
}
