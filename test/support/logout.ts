import type { OpenidProvider } from '../../testing/index.js'
import type { Application } from './application.js'
import type { Browser, Page } from './browser.js'

/** Tells the provider where the application `corp` wants users back, and where it hears of logouts. */
export function registerLogout(
  openid: OpenidProvider,
  { url, entries: { corp } }: Application,
  metadata: Record<string, unknown> = {},
): void {
  openid.registerClient({
    clientId: String(corp['clientId']),
    clientSecret: String(corp['clientSecret']),
    redirectUris: [`${url}/auth/corp/callback`],
    postLogoutRedirectUris: [`${url}/auth/logout/callback`],
    metadata,
  })
}

/** Presses the button of the provider's page that asks whether to sign out there. */
export async function confirmLogout(browser: Browser, { body }: Page, follow?: (location: string) => boolean): Promise<Page> {
  const [, action = '', xsrf = ''] = /action="([^"]+)".*name="xsrf" value="([^"]+)"/.exec(body) ?? []
  return await browser.go(action, { method: 'POST', form: { xsrf, logout: 'yes' }, ...(follow ? { follow } : {}) })
}
