import type { Template } from '../template.js'

/** What an entry can say of OpenID 2.0 (OpenID Authentication 2.0; Simple Registration 1.1; Attribute Exchange 1.0). */
export interface Openid2Options {
  /**
   * What discovery starts from: the identifier of the provider, or of one user. Without it the user types one, at the hosts that `allow`
   * lists.
   * @see docs/openid2.md
   */
  identifier?: Template
  /**
   * A regular expression that a whole claimed identifier of this provider matches. With `authorizationEndpoint` it stands for discovery: that
   * endpoint may speak for such identifiers, and for no others.
   */
  claimedIdPattern?: RegExp
  /** Fields of Simple Registration to ask for, such as `['nickname', 'email']`. @default those that have a place in `req.authUser` */
  simpleRegistration?: readonly string[]
  /** Types of Attribute Exchange to ask for, by alias. @default those that have a place in `req.authUser` */
  attributeExchange?: Readonly<Record<string, string>>
  /**
   * Verifies answers with a key that is agreed on with the provider beforehand, instead of asking the provider about each answer.
   * @default false
   */
  associations?: boolean
}
