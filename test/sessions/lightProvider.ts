import { createHash, timingSafeEqual } from 'node:crypto'
import type { ProviderEntry } from '../../middleware/index.js'

/** An OAuth 2.0 provider without sockets, for counts that a real one would take minutes for: it answers through the option `http.fetch`. */
export interface LightProvider {
  entry: ProviderEntry
  /** The application's way out to it. */
  fetch: typeof globalThis.fetch
  /** What the person's visit at the provider leads to: the callback, with code and state. The person is the `login_hint`, else `ada`. */
  approve: (authorizationUrl: string) => string
  /** Calls of the token endpoint that were answered with tokens, by what they brought. */
  counts: { codes: number; refreshes: number; reuses: number; calls: number }
  /** Takes all access tokens back, so that the next API call has to renew. */
  expire: () => void
  /** Lets token calls wait until the returned function is called. */
  hold: () => () => void
  /** Resolves when a token call waits. */
  held: () => Promise<void>
}

interface Grant {
  person: string
  challenge: string
  redirectUri: string
}
interface Family {
  person: string
  access: string
  refresh: string
  isRevoked: boolean
}

const origin = 'https://light.example'

/** Everything secret that it gives out has `canary` in it. Refresh tokens rotate; one used twice ends its family. */
export function createLightProvider(): LightProvider {
  const grants = new Map<string, Grant>()
  const families = new Map<string, Family>()
  const byAccess = new Map<string, Family>()
  const counts = { codes: 0, refreshes: 0, reuses: 0, calls: 0 }
  let serial = 0
  let gate: Promise<void> | undefined
  let waiting: () => void = () => undefined
  let isWaiting = new Promise<void>((resolve) => {
    waiting = resolve
  })

  function issue(family: Family): Response {
    family.access = `canary-access-${String(serial++)}`
    family.refresh = `canary-refresh-${String(serial++)}`
    families.set(family.refresh, family)
    byAccess.set(family.access, family)
    return Response.json({
      access_token: family.access,
      refresh_token: family.refresh,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'profile',
    })
  }

  function redeem(code: string, verifier: string, redirectUri: string): Response {
    const grant = grants.get(code)
    if (!grant) {
      counts.reuses++
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    grants.delete(code)
    const isOurs =
      timingSafeEqual(createHash('sha256').update(verifier).digest(), Buffer.from(grant.challenge, 'base64url'))
      && grant.redirectUri === redirectUri
    if (!isOurs) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    counts.codes++
    return issue({ person: grant.person, access: '', refresh: '', isRevoked: false })
  }

  function renew(refresh: string): Response {
    const family = families.get(refresh)
    if (!family || family.isRevoked || family.refresh !== refresh) {
      if (family && family.refresh !== refresh) {
        counts.reuses++
        family.isRevoked = true
      }
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    byAccess.delete(family.access)
    counts.refreshes++
    return issue(family)
  }

  async function token(form: URLSearchParams): Promise<Response> {
    counts.calls++
    waiting()
    await gate
    if (form.get('grant_type') === 'refresh_token') return renew(form.get('refresh_token') ?? '')
    return redeem(form.get('code') ?? '', form.get('code_verifier') ?? '', form.get('redirect_uri') ?? '')
  }

  const fetch = async (address: string, { headers, body }: RequestInit): Promise<Response> => {
    const { pathname } = new URL(address)
    if (pathname === '/token') return token(new URLSearchParams(String(body)))
    const family = byAccess.get(new Headers(headers).get('authorization')?.replace('Bearer ', '') ?? '')
    if (!family || family.isRevoked) return Response.json({ error: 'invalid_token' }, { status: 401 })
    return Response.json(
      pathname === '/me'
        ? { id: family.person, name: `Name of ${family.person}`, email: `${family.person}@people.example` }
        : { of: family.person },
    )
  }

  return {
    entry: {
      protocol: 'oauth2',
      title: 'Light',
      authorizationEndpoint: `${origin}/authorize`,
      tokenEndpoint: `${origin}/token`,
      userinfoEndpoint: `${origin}/me`,
      apiBaseUrl: `${origin}/api/`,
      clientId: 'light-app',
      clientSecret: 'canary-client-secret of the tests',
      scope: ['profile'],
      profile: { id: 'id', name: 'name', email: 'email' },
    },
    fetch: fetch as typeof globalThis.fetch,
    approve(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams
      const code = `canary-code-${String(serial++)}`
      const redirectUri = asked.get('redirect_uri') ?? ''
      grants.set(code, { person: asked.get('login_hint') ?? 'ada', challenge: asked.get('code_challenge') ?? '', redirectUri })
      return `${redirectUri}?${new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()}`
    },
    counts,
    expire: () => {
      byAccess.clear()
    },
    hold() {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      isWaiting = new Promise((resolve) => {
        waiting = resolve
      })
      return () => {
        gate = undefined
        open()
      }
    },
    held: () => isWaiting,
  }
}
