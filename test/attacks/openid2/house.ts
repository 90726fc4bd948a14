import type { AuthRouterOptions, ProviderEntry } from '../../../middleware/index.js'
import { type Openid2Provider, startOpenid2Provider } from '../../../testing/index.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import { addressOf, type Answer, startOpenid2Site, upToCallback } from '../../support/openid2/site.js'

/** An application under attack, with an honest provider that does as it is told. */
export interface House {
  provider: Openid2Provider
  url: string
  /** A browser whose login waits for this answer. */
  answered: (path: string, browser?: Browser) => Promise<{ browser: Browser; answer: Answer }>
  /** Brings an answer, by GET unless told: the code of the refusal, or `signed in`. */
  bring: (browser: Browser, answer: Answer, by?: 'GET' | 'POST') => Promise<string>
  close: () => Promise<void>
}

/** Both ways of verification. */
export const ways = ['direct', 'shared'] as const

export interface HouseOptions {
  options?: Partial<AuthRouterOptions>
  more?: (provider: Openid2Provider) => Record<string, ProviderEntry>
  clock?: () => number
}

/** Entries: `direct` asks the provider about each answer, `shared` has associations, `ada` is about one identifier. */
export async function startHouse({ options, more, clock }: HouseOptions = {}): Promise<House> {
  const provider = await startOpenid2Provider({ signInAs: 'ada-id', ...(clock ? { clock } : {}) })
  const site = await startOpenid2Site({
    providers: {
      direct: { protocol: 'openid2', identifier: provider.identifier },
      shared: { protocol: 'openid2', identifier: provider.identifier, associations: true },
      ada: { protocol: 'openid2', identifier: provider.identifierOf('ada-id') },
      ...more?.(provider),
    },
    ...(options ? { options } : {}),
  })
  return {
    provider,
    url: site.url,
    async answered(path, browser = createBrowser()) {
      return { browser, answer: await upToCallback(browser, site.url, `/auth/${path}`) }
    },
    async bring(browser, answer, by = 'GET') {
      const { address, fields } = answer
      const page =
        by === 'GET' ? await browser.go(addressOf(answer), json) : await browser.go(address, { ...json, method: 'POST', form: fields })
      const { data } = await browser.json<{ id: string } | null>(`${site.url}/me`)
      if (data !== null) return 'signed in'
      const { error = 'none' } = JSON.parse(page.body) as { error?: string }
      return page.status === 400 ? error : `${String(page.status)} ${error}`
    },
    async close() {
      await site.close()
      await provider.close()
    },
  }
}

const json = { follow: false, headers: { accept: 'application/json' } }

/** The answer with other fields; `undefined` leaves one out. */
export function changed({ address, fields }: Answer, change: Record<string, string | undefined>): Answer {
  const all = { ...fields, ...Object.fromEntries(Object.entries(change).map(([name, value]) => [`openid.${name}`, value])) }
  return { address, fields: Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)) }
}
