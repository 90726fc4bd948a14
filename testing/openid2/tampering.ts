/** The fields of an assertion, without the prefix `openid.` of their names. */
export type Openid2Fields = Record<string, string>

/** An answer of the provider, before it is sent. */
export interface Openid2Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/** A request to the provider; `path` is without the query, `mode` is the message's. */
export interface Openid2Request {
  method: string
  path: string
  mode?: string
}

/** What a provider does wrong on purpose, so that a relying party can be tested against it. */
export interface Openid2Tampering {
  /** Changes a positive assertion before it is signed; `signed` names the fields that will be, in their order. */
  beforeSigning?: (fields: Openid2Fields) => Openid2Fields
  /** Changes a positive assertion after it was signed: `sig` is among the fields. */
  afterSigning?: (fields: Openid2Fields) => Openid2Fields
  /** Changes any answer: discovery documents, associations, direct verification, redirects and pages. */
  answer?: (answer: Openid2Answer, request: Openid2Request) => Openid2Answer | Promise<Openid2Answer>
}
