/** An account that a user signs in with, as the database has it. */
export interface StoredAccount {
  key: string
  provider: string
  email?: string
  linkedAt: Date
  lastLoginAt: Date
}

/** A user as the administrator sees them. */
export interface Member {
  id: string
  name: string
  email?: string
  since: Date
  /** Slugs of the providers that they sign in with. */
  providers: string[]
  isAdmin: boolean
}

/** What the application asks of the tables `users` and `identities` beside what the user store does. */
export interface Members {
  /** Whether this is an account of the administrator: the first of the users that there are. */
  isAdmin: (account: { key: string } | undefined) => Promise<boolean>
  accountsOf: (userId: string) => Promise<StoredAccount[]>
  /** The first users, the administrator before all others. */
  list: () => Promise<Member[]>
}

type Row = Record<string, unknown>

/** A statement with `$1` and so on, and its values. */
export type Query = (text: string, values: readonly string[]) => Promise<Row[]>

const listed = 200

const firstUsers = `SELECT id, name, email, created_at FROM users ORDER BY created_at, id`

/** The same for SQLite and Postgres. */
export function membersIn(query: Query): Members {
  return {
    async isAdmin(account) {
      if (!account) return false
      const first = `SELECT id FROM (${firstUsers} LIMIT 1) AS first`
      return (await query(`SELECT key FROM identities WHERE key = $1 AND user_id = (${first})`, [account.key])).length === 1
    },
    async accountsOf(userId) {
      const text = 'SELECT key, provider, email, created_at, last_login_at FROM identities WHERE user_id = $1 ORDER BY created_at, key'
      return (await query(text, [userId])).map((row) => ({
        key: String(row['key']),
        provider: String(row['provider']),
        ...emailOf(row),
        linkedAt: timeOf(row['created_at']),
        lastLoginAt: timeOf(row['last_login_at']),
      }))
    },
    async list() {
      const text = `SELECT u.*, i.provider FROM (${firstUsers} LIMIT ${String(listed)}) AS u JOIN identities AS i ON i.user_id = u.id
        ORDER BY u.created_at, u.id, i.created_at`
      const members = new Map<string, Member>()
      for (const row of await query(text, [])) {
        const id = String(row['id'])
        const isAdmin = members.size === 0
        const member = members.get(id) ?? {
          id,
          name: String(row['name']),
          ...emailOf(row),
          since: timeOf(row['created_at']),
          providers: [],
          isAdmin,
        }
        member.providers.push(String(row['provider']))
        members.set(id, member)
      }
      return [...members.values()]
    },
  }
}

function emailOf({ email }: Row): { email?: string } {
  return typeof email === 'string' ? { email } : {}
}

/** Postgres gives dates, and SQLite texts. */
function timeOf(value: unknown): Date {
  return value instanceof Date ? value : new Date(String(value))
}
