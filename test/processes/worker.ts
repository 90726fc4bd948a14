import { sqliteUserStore } from '../../lib/stores/index.js'
import { AuthError, type AuthRouter } from '../../middleware/index.js'
import { obeyOrders } from '../support/obeyOrders.js'
import { application, slug, type ProviderPlace } from './application.js'
import { openStore, type StorePlace } from './openStore.js'

/** What a process is started with. */
export interface WorkerSettings {
  provider: ProviderPlace
  store: StorePlace
  /** Milliseconds for an API call; twice as many for a token call. */
  timeout?: number
  /** Of an application that keeps tokens for its users: the SQLite file of these. */
  users?: string
  /** The current one first. */
  secrets?: readonly string[]
}

/** API calls to be made at once: with an account's credentials, or for a user. */
export interface Task {
  access: string | { user: string | number }
  calls: number
}

/** How often each status, or the code of each error, came. */
export type Outcomes = Record<string, number>

async function serve({ provider, store: place, timeout, users, secrets }: WorkerSettings): Promise<void> {
  const { store: tokenStore } = await openStore(place)
  const userStore = users === undefined ? undefined : sqliteUserStore(users)
  const auth = application(provider, { tokenStore, userStore, timeout, secrets })
  obeyOrders((task: Task) => run(auth, task))
}

async function run(auth: AuthRouter, { access, calls }: Task): Promise<Outcomes> {
  const client = auth.client(slug, access)
  const outcomes: Outcomes = {}
  await Promise.all(
    Array.from({ length: calls }, async () => {
      const outcome = await client.get('x').then(
        ({ status }) => String(status),
        (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
      )
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }),
  )
  return outcomes
}

await serve(JSON.parse(process.argv[2] ?? '') as WorkerSettings)
