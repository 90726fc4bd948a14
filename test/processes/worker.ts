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
}

/** API calls to be made at once, with an account's credentials. */
export interface Task {
  sealed: string
  calls: number
}

/** How often each status, or the code of each error, came. */
export type Outcomes = Record<string, number>

async function serve({ provider, store: place, timeout }: WorkerSettings): Promise<void> {
  const { store } = await openStore(place)
  const auth = application(provider, store, timeout)
  obeyOrders((task: Task) => run(auth, task))
}

async function run(auth: AuthRouter, { sealed, calls }: Task): Promise<Outcomes> {
  const client = auth.client(slug, sealed)
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
