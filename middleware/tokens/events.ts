import type { TokensEvent } from '../../lib/config/settings.js'
import type { Engine } from '../core/engine.js'
import { callHook } from '../core/hooks.js'
import { hookFailed } from '../core/logging.js'

/**
 * Tells the application of refreshed tokens. They are kept already, so an application that fails to listen costs nobody their access.
 * @param isStored whether `onTokens` has been called to store them
 */
export async function tellOfTokens(engine: Engine, event: TokensEvent, { isStored }: { isStored: boolean }): Promise<void> {
  engine.emit('token_update', { user: event.user, provider: event.slug })
  const { onTokens } = engine.settings.hooks
  if (!onTokens || isStored) return
  try {
    await callHook('onTokens', () => onTokens(event))
  } catch (thrown) {
    engine.log('error', hookFailed('onTokens', thrown, event.slug))
  }
}
