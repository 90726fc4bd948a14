import type { ApiClient } from '../../lib/client/apiClient.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { RequestAuth } from '../request/requestTypes.js'

declare global {
  // Express types its requests by this namespace; merging into it needs no import of Express, and so no types of it.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // What your application's rows are: merge their members into it.
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User {}
    interface Request {
      /** The signed-in person, or `undefined`. */
      authUser?: AuthUser | undefined
      /**
       * The API client of the account that signed in. It is always there: while nobody is signed in, every call rejects with
       * `login_required` (401). Whether somebody is says `authUser`.
       */
      oauthClient: ApiClient
      /** Your application's row of the signed-in user, with the option `userStore`; `undefined` for nobody. */
      user?: User | undefined
      /** The API client of each linked account, by slug; absent where there is none. */
      oauthClients: Readonly<Record<string, ApiClient>>
      /** For handlers that drive sign-in and sign-out themselves. */
      auth: RequestAuth
    }
  }
}

export {}
