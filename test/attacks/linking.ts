import type { Attack } from './attack.js'
import type { ScriptedProvider } from './provider.js'
import type { Answer, Asked, Visitor } from './visitor.js'

/** Adding and removing accounts, as the attacks on it do. */

export interface LinkOptions extends Asked {
  provider?: ScriptedProvider
  /** Who approves at the provider. */
  as?: string
}

/** Starts to add an account and visits the provider: the callback's address, which is still to be opened. */
export async function startLink(attack: Attack, visitor: Visitor, slug: string, options: LinkOptions = {}): Promise<string> {
  const { provider = attack.honest, as = 'eve', ...asked } = options
  const answer = await visitor.go(`/auth/${slug}/link`, { method: 'POST', ...asked })
  const location = answer.status === 200 ? answer.json<{ location?: string }>().location : undefined
  if (location === undefined) throw new Error(`No account could be added: ${String(answer.status)} ${answer.body}`)
  return provider.approve(location, as)
}

/** Adds an account, and gives the answer to the callback. */
export async function link(attack: Attack, visitor: Visitor, slug: string, options: LinkOptions = {}): Promise<Answer> {
  return visitor.go(await startLink(attack, visitor, slug, options), options.process === undefined ? {} : { process: options.process })
}

export async function unlink(visitor: Visitor, slug: string, asked: Asked = {}): Promise<Answer> {
  return visitor.go(`/auth/${slug}/unlink`, { method: 'POST', ...asked })
}

/** The keys of all accounts, the latest last. */
export async function keysOf(visitor: Visitor, asked: Asked = {}): Promise<string[]> {
  const answer = await visitor.go('/auth/session', asked)
  return answer.json<{ accounts?: { key: string }[] }>().accounts?.map(({ key }) => key) ?? []
}

/** Providers that leave room for two accounts in a cookie. */
export function twoProviders({ honest }: Attack): Record<string, Record<string, unknown>> {
  return { plain: honest.oauth2(), more: honest.oauth2() }
}

/** Keeps the provider's answer to the next code. */
export function holdTokenCall({ honest }: Pick<Attack, 'honest'>): { asked: Promise<void>; goOn: () => void } {
  let isAsked = (): void => undefined
  let goOn = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  honest.script = async ({ path }) => {
    if (path !== '/token') return undefined
    isAsked()
    await held
    return undefined
  }
  return {
    asked,
    goOn: () => {
      goOn()
    },
  }
}
