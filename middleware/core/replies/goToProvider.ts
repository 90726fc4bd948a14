import type { LoginStart } from '../../../lib/login.js'
import { goOn, json, page, type Reply } from '../../http/reply.js'
import { sendPage } from '../../pages/sendPage.js'

/** Where a login that has begun leads to: an address, and what is posted there if it is not just opened. */
export type Destination = Pick<LoginStart, 'location' | 'form'>

/** Sends the browser to the provider: by a redirect, or from a page that posts by itself; a script is told where, and what. */
export function goToProvider(wantsJson: boolean, status: 302 | 303, { location, form }: Destination): Reply {
  if (!form) return goOn(wantsJson, status, location)
  return wantsJson ? json(200, { location, form }) : page(200, sendPage({ action: location, fields: form, title: 'Going to the sign-in' }))
}
