import { describe, expect, test } from '@jest/globals'
import flickr from '../../providers/flickr.js'
import { quirksOf, requestParameters } from './quirks.js'

const { changedUser } = quirksOf('flickr', flickr)

describe('Flickr', () => {
  test('is asked for the person that the token answer names', () => {
    expect(requestParameters(flickr.userinfoQuery, { response: { user_nsid: '14086396237@N01' } })).toEqual({
      method: 'flickr.people.getInfo',
      user_id: '14086396237@N01',
      api_key: 'example-client',
      format: 'json',
      nojsoncallback: '1',
    })
  })

  test.each([
    ['no icon', { nsid: '14086396237@N01', iconserver: '0', iconfarm: 0 }],
    ['no server', { nsid: '14086396237@N01' }],
  ])('gives no picture of a person with %s', (_case, person) => {
    expect(changedUser({ person })).not.toHaveProperty('picture')
  })
})
