import { routes } from './openidConfiguration.js'
import type { OpenidRequest } from './openidRequest.js'
import { errorScreen, type Context, type Look } from './openidScreens.js'

type Next = () => Promise<void>

/** Writes what was asked and answered into `requests`, of which it keeps the last 1,000. */
export function logTo(requests: OpenidRequest[]) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next()
    requests.push({ method: ctx.method, path: ctx.path, status: ctx.status })
    if (requests.length > 1000) requests.shift()
  }
}

/** Shows what an interaction throws, above all that it has expired; the server's own endpoints have `renderError`. */
export function showFailures(look: Look) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next()
    } catch (error) {
      const { status = 500, error: code = 'server_error', error_description: text } = error as Partial<FailedInteraction>
      if (status >= 500) ctx.app.emit('error', error, ctx)
      ctx.status = status
      errorScreen(ctx, look, code, text ?? 'Something went wrong here.')
    }
  }
}

interface FailedInteraction {
  status: number
  error: string
  error_description: string
}

/** Adds `prompt=consent`, which the server wants for `offline_access`: consent is asked for anyway (Core, section 11). */
export async function consentForOfflineAccess(ctx: Context, next: Next): Promise<void> {
  const { scope, prompt = '' } = ctx.query
  const asked = typeof scope === 'string' && scope.split(' ').includes('offline_access')
  if (ctx.path === routes.authorization && asked && typeof prompt === 'string') {
    const prompts = new Set(prompt.split(' ').filter(Boolean))
    if (!prompts.has('none')) ctx.query = { ...ctx.query, prompt: [...prompts.add('consent')].join(' ') }
  }
  await next()
}
