import { AuthError, type ApiClient } from 'authrouter'
import type { Request } from 'express'

/** What one call to a provider's API came to. */
export interface Call {
  path: string
  /** Milliseconds. */
  took: number
  /** The HTTP status and the data, where the provider answered. */
  answer?: { status: number; data: unknown }
  /** Why there is no answer, in words for the user. */
  problem?: string
}

/** The calls of one linked account. */
export interface AccountCalls {
  slug: string
  key: string
  name: string
  calls: Call[]
}

export interface Overview {
  accounts: AccountCalls[]
  /** Milliseconds for everything. */
  took: number
}

const paths = ['me', 'projects']

/**
 * Asks the APIs of all linked accounts for everything at once. However many calls there are, a token that is due is refreshed once, and one
 * call that fails takes nothing from the others.
 */
export async function fetchOverview(auth: Request['auth']): Promise<Overview> {
  const started = performance.now()
  const accounts = await Promise.all(
    auth.accounts.map(async ({ provider: slug, key, name }) => {
      const client = auth.client(key)
      return { slug, key, name, calls: await Promise.all(paths.map((path) => call(client, path))) }
    }),
  )
  return { accounts, took: performance.now() - started }
}

async function call(client: ApiClient, path: string): Promise<Call> {
  const started = performance.now()
  const ended = (): Pick<Call, 'path' | 'took'> => ({ path, took: performance.now() - started })
  try {
    const { status, data } = await client.get(path)
    return { ...ended(), answer: { status, data } }
  } catch (error) {
    if (error instanceof AuthError) return { ...ended(), problem: error.message }
    throw error
  }
}
