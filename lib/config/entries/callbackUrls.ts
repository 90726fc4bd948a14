/** Whether an option's name is one that other packages have for what no entry says here: `callbackURL`, `redirect_uri` and the like. */
export function isCallbackName(option: string): boolean {
  return /^(callback|redirect)_?(uri|url)$/i.test(option)
}

/**
 * Where a provider sends people back to, as it is to be registered there: one address for each that the application is reached at.
 *
 * @param baseUrls without a slash at the end; none where they are not known
 * @param path prefix of the routes
 */
export function callbackUrls(baseUrls: readonly string[], path: string, slug: string): string[] {
  return (baseUrls.length > 0 ? baseUrls : ['<baseUrl>']).map((baseUrl) => `${baseUrl}${path}/${slug}/callback`)
}
