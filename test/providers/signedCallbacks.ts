import { createHmac } from 'node:crypto'

/** Providers that sign their callback: what a fake one adds to it. */
export const signedCallbacks: Record<string, (answer: Record<string, string>, clientSecret: string) => Record<string, string>> = {
  shopify(answer, clientSecret) {
    const text = Object.entries(answer)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join('&')
    return { ...answer, hmac: createHmac('sha256', clientSecret).update(text).digest('hex') }
  },
}
