/** Names that other packages have for what no entry says here. */
export const callbackNames: readonly string[] = ['callbackURL', 'callbackUrl', 'redirectUri', 'redirectURI', 'redirectUrl', 'redirectURL', 'redirect_uri']

/**
 * Where a provider sends people back to, as it is to be registered there: one address for each that the application is reached at.
 *
 * @param baseUrls without a slash at the end; none where they are not known
 * @param path prefix of the routes
 */
export function callbackUrls(baseUrls: readonly string[], path: string, slug: string): string[] {
  return (baseUrls.length > 0 ? baseUrls : ['<baseUrl>']).map((baseUrl) => `${baseUrl}${path}/${slug}/callback`)
}
