import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Provider } from 'oidc-provider'
import { profileScreen, type Context, type Look } from './openidScreens.js'
import { avatar, findPerson, people, projects, type Person } from './people.js'

/** Handles `/api/...`, the protected resources: each needs an access token of this server (RFC 6750). */
export function openidApi(provider: Provider, issuer: string) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    if (!ctx.path.startsWith('/api/')) return next()
    ctx.set('Cache-Control', 'no-store')
    const person = await bearer(ctx)
    if (person === undefined) return

    switch (`${ctx.method} ${ctx.path}`) {
      case 'GET /api/me':
        ctx.body = profileOf(person, issuer)
        return
      case 'GET /api/projects':
        ctx.body = projects(person)
        return
      case 'POST /api/projects':
        await createProject(ctx)
        return
      default:
        answer(ctx, 404, { error: 'not_found' })
    }
  }

  async function bearer(ctx: Context): Promise<Person | undefined> {
    const [, value] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? []
    const token = await provider.AccessToken.find(value ?? '')
    const person = findPerson(token?.accountId ?? '')
    // A token bound to a key is not for the bearer alone, and this API asks for no proof of possession.
    if (person !== undefined && !token?.isSenderConstrained()) return person

    const error = value === undefined ? '' : ', error="invalid_token", error_description="unknown, expired or revoked"'
    ctx.set('WWW-Authenticate', `Bearer realm="api"${error}`)
    answer(ctx, 401, { error: value === undefined ? 'unauthorized' : 'invalid_token' })
    return undefined
  }
}

/** Handles the public addresses that a profile names: `/avatars/:id.svg` and `/people/:username`. */
export function openidPeople(look: Look) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    const pictured = people.find(({ id }) => ctx.path === `/avatars/${id}.svg`)
    const shown = people.find(({ username }) => ctx.path === `/people/${username}`)
    if (pictured !== undefined) {
      ctx.type = 'image/svg+xml'
      ctx.body = avatar(pictured)
    } else if (shown !== undefined) {
      profileScreen(ctx, look, shown)
    } else {
      await next()
    }
  }
}

/** A profile as a provider without OpenID Connect gives it: every one has names of its own. */
function profileOf(person: Person, issuer: string) {
  return {
    id: person.id,
    login: person.username,
    display_name: person.name,
    contact: { email: person.email, verified: person.emailVerified },
    avatar_url: `${issuer}/avatars/${person.id}.svg`,
    html_url: `${issuer}/people/${person.username}`,
  }
}

async function createProject(ctx: Context): Promise<void> {
  const project = parseObject(await text(ctx.req))
  if (project === undefined) answer(ctx, 400, { error: 'invalid_request', error_description: 'the body must be a JSON object' })
  else answer(ctx, 201, { ...project, id: randomUUID() })
}

function parseObject(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function answer(ctx: Context, status: number, body: object): void {
  ctx.status = status
  ctx.body = body
}
