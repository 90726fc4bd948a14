import { expect, test } from '@jest/globals'
import type { Provider } from '../../lib/types.js'
import { catalogue } from '../../providers/index.js'
import { authorizationParameters } from './quirks.js'

// Why each is asked without stands in its own file.
const withoutPkce = ['franceconnect', 'linkedin', 'slack', 'slack-v2']

test('all are asked with PKCE but those that refuse it', () => {
  const asked = Object.entries<Provider>(catalogue)
    .filter(([, { protocol }]) => protocol !== 'oauth1')
    .map(([slug, provider]): [string, Record<string, string>] => [slug, authorizationParameters(provider)])

  expect(asked.filter(([, parameters]) => !('code_challenge' in parameters)).map(([slug]) => slug)).toEqual(withoutPkce)
})
