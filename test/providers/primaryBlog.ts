import { expect, test } from '@jest/globals'
import type { Quirks } from './quirks.js'

/** The tests of Tumblr's answer, which is the same by both protocols. */
export function testPrimaryBlog({ changedUser }: Quirks): void {
  const blogs = [
    { name: 'notes', uuid: 't:notes', primary: false },
    { name: 'lovelace', uuid: 't:ada', primary: true, url: 'https://lovelace.tumblr.com/' },
  ]

  test("names the person by the primary blog's lasting id", () => {
    expect(changedUser({ response: { user: { name: 'lovelace', blogs } } })).toMatchObject({
      id: 't:ada',
      username: 'lovelace',
      profileUrl: 'https://lovelace.tumblr.com/',
      picture: 'https://api.tumblr.com/v2/blog/lovelace/avatar/512',
    })
  })

  test('gives a user with an id even when it says nothing else', () => {
    const user = changedUser({ response: { user: { blogs: [{ uuid: 't:ada', primary: true }] } } })

    expect(user).toMatchObject({ id: 't:ada', name: 't:ada' })
    expect(user).not.toHaveProperty('picture')
  })

  test.each([undefined, {}, { user: {} }])('signs nobody in with the response %j', (response) => {
    expect(() => changedUser({ response })).toThrow('no usable id')
  })
}
