import type { AuthUser, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { readFixture, userOf, type Fixture } from './fixtures.js'

/** The user of a fixture whose answers are changed: in claims and userinfo alike, and in the extra answers. */
export function changedUser(slug: CatalogueName, changes: RawProfile, extraRequests?: Fixture['extraRequests']): AuthUser {
  const fixture = readFixture(slug)
  return userOf(slug, catalogue[slug], {
    ...fixture,
    ...(fixture.claims ? { claims: { ...fixture.claims, ...changes } } : {}),
    userinfo: { ...fixture.userinfo, ...changes },
    ...(extraRequests ? { extraRequests } : {}),
  })
}
