type Place = 'options' | 'hooks' | 'entryOptions'

/**
 * What the documentation of authrouter names and this version does not do. It is refused with a message of its own, so that
 * nobody counts on a protection that is not there. What gets built is taken out of here and put into the schema.
 */
export const unavailable: Readonly<Record<Place, readonly string[]>> = {
  options: ['popup', 'api'],
  hooks: [],
  entryOptions: [],
}
