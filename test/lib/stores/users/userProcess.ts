import type { AuthUser } from '../../../../lib/model/user.js'
import { postgresUserStore, sqliteUserStore, type UserRow, type UserStore } from '../../../../lib/stores/index.js'
import { obeyOrders } from '../../../support/obeyOrders.js'

/** Another process on the same users: does what its parent says, and answers with what came of it. */

/** Where the users are: a file, or the URL of a Postgres database. */
export type UserPlace = string

export interface UserOrder {
  /** All at once; answers with the ids of the users. */
  create?: AuthUser[]
  /** One account each for the users with these keys, all at once; answers with whether each was linked. */
  link?: { to: string; account: AuthUser }[]
  /** Takes over the profile of the user with this key, and answers with the id. */
  update?: AuthUser[]
}

const store = await open(process.argv[2] ?? '')

async function open(place: UserPlace): Promise<UserStore<UserRow>> {
  if (!place.startsWith('postgresql:')) return sqliteUserStore(place)
  const {
    default: { Pool },
  } = await import('pg')
  return postgresUserStore(new Pool({ connectionString: place, max: 8 }).on('error', () => undefined))
}

async function ownerOf(key: string): Promise<string> {
  return (await store.findByKey(key))?.id ?? 'nobody'
}

async function obey({ create = [], link = [], update = [] }: UserOrder): Promise<unknown> {
  const created = create.map(async (user) => (await store.create(user)).id)
  const linked = link.map(async ({ to, account }) => store.link(await ownerOf(to), account))
  const updated = update.map(async (user) => (await store.update(await ownerOf(user.key), user))?.id)
  return Promise.all([...created, ...linked, ...updated])
}

obeyOrders(obey)
