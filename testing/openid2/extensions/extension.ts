import type { Person } from '../../people.js'

/** Who signs in, and when and how they did. */
export interface Authentication {
  person: Person
  /** In milliseconds. */
  time: number
  /** The policies of PAPE that it is said to satisfy. */
  policies: readonly string[]
  /** Of the provider. */
  origin: string
}

/** What an authentication request asks for by an extension (OpenID Authentication 2.0 section 12). */
export interface ExtensionRequest {
  /** What the person is told of it: the rest of "would like to". */
  wishes: readonly string[]
  /** In seconds: how long ago the person may have signed in. */
  maxAuthAge?: number
  /** The fields of the answer, its namespace among them. */
  answer(authentication: Authentication): Record<string, string>
}

/** A request that cannot be understood, with the sentence that says why. */
export interface Malformed {
  problem: string
}

/** What is known of a person, by the type identifiers of Attribute Exchange and by the fields of Simple Registration. */
export function attributesOf(person: Person, origin: string): Record<Attribute, string> {
  const [language = '', country = ''] = person.locale.split('-')
  return {
    nickname: person.username,
    name: person.name,
    givenName: person.givenName,
    familyName: person.familyName,
    email: person.email,
    language,
    country,
    picture: `${origin}/avatars/${person.id}.svg`,
  }
}

export type Attribute = 'nickname' | 'name' | 'givenName' | 'familyName' | 'email' | 'language' | 'country' | 'picture'

/** What the person is told of each attribute. */
export function wishFor(attribute: Attribute): string {
  return wishes[attribute]
}

const wishes: Record<Attribute, string> = {
  nickname: 'see your username',
  name: 'see your name',
  givenName: 'see your name',
  familyName: 'see your name',
  email: 'see your e-mail address',
  language: 'know your language',
  country: 'know your country',
  picture: 'see your picture',
}
