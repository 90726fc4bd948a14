import { describe, expect, test } from '@jest/globals'
import workos from '../../providers/workos.js'

describe('WorkOS', () => {
  test.each([
    [{ connection: 'conn_1', organization: '', provider: '' }, { connection: 'conn_1' }],
    [{ connection: '', organization: 'org_1', provider: '' }, { organization: 'org_1' }],
    [{ connection: '', organization: '', provider: 'GoogleOAuth' }, { provider: 'GoogleOAuth' }],
  ])('with %j is sent %j and nothing empty', (given, expected) => {
    const parameters = { client_id: 'example-client', ...given }

    expect(workos.hooks?.authorizationRequest?.(parameters)).toEqual({ client_id: 'example-client', ...expected })
  })
})
