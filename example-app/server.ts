import { fileURLToPath } from 'node:url'
import { authRouter, requireLogin } from 'authrouter'
import express from 'express'
import { answerError, pageHeaders } from './answers.js'
import { startIdentityProviders } from './identityProviders.js'
import { homePage, notFoundPage, profilePage, projectsPage } from './pages.js'
import { readProjects } from './projects.js'
import { realProviders } from './realProviders.js'
import { explainProblems, listen, loadEnvironment, readPort, stopOnSignal } from './starting.js'

explainProblems()
loadEnvironment()
const port = readPort(process.env.PORT)
const examples = await startIdentityProviders(port === 0 ? 0 : port + 1)

const auth = authRouter({ providers: { ...examples.entries, ...realProviders(process.env) } })

const app = express()
app.disable('x-powered-by')
app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
app.use(pageHeaders({ pictures: examples.origins }))
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

// The same for programs: signed out, they get 401 and JSON where a person gets the sign-in page.
app.get('/api/projects', requireLogin(), async (req, res) => {
  const { ok, status, data } = await req.oauthClient.get('projects')
  if (ok) res.json(readProjects(data))
  else res.status(502).json({ error: 'provider_answered', status })
})

app.use((req, res) => {
  res.status(404).send(notFoundPage(req.authUser))
})
app.use(answerError)

const { port: listeningPort, close } = await listen(app, port)
const url = `http://localhost:${String(listeningPort)}`
examples.register([url, `http://127.0.0.1:${String(listeningPort)}`])
console.log(`The example application is ready: ${url} (Ctrl+C stops it)`)

stopOnSignal(async () => {
  close()
  await examples.close()
})
