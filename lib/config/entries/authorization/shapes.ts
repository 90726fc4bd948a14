import * as v from 'valibot'
import { listOf, written } from '../../shapes.js'
import { jsonObject } from '../shapes.js'

// What the options of an authorization request are made of.

// RFC 8707 section 2.
const resourceUri = v.pipe(
  written,
  v.check(
    (value) => /^[a-z][a-z\d+.-]*:[\x21-\x7e]+$/i.test(value) && URL.canParse(value) && !value.includes('#'),
    "must be an absolute URI without a fragment, such as 'https://api.example.com/'.",
  ),
)
/** What the access is for: one URI or a list. */
export const resource = v.lazy((value) =>
  typeof value === 'string'
    ? resourceUri
    : v.pipe(
        listOf(resourceUri, "must be a URI such as 'https://api.example.com/', or a list of them."),
        v.check((uris) => uris.length > 0, 'must not be empty: leave it out, or name what the access is for.'),
      ),
) as v.GenericSchema<unknown, string | readonly string[]>

/** RFC 9396 section 2: each has a type. */
export const authorizationDetails = v.pipe(
  listOf(jsonObject, "must be a list of objects, such as [{ type: 'account_information' }]."),
  v.check(
    (details) => details.length > 0 && details.every(({ type }) => typeof type === 'string' && type !== ''),
    "must hold objects that each have a type, such as [{ type: 'account_information' }].",
  ),
)
