/** The words in which a server says why it refuses a request (OAuth Problem Reporting extension). */
export type Oauth1Problem =
  | 'signature_invalid'
  | 'timestamp_refused'
  | 'nonce_used'
  | 'parameter_absent'
  | 'parameter_rejected'
  | 'consumer_key_unknown'
  | 'token_rejected'
  | 'signature_method_rejected'
  | 'version_rejected'
  | 'verifier_invalid'

/** Why a request was refused, with the HTTP status that RFC 5849 section 3.2 asks for; it carries no secret. */
export interface Oauth1Refusal {
  ok: false
  problem: Oauth1Problem
  status: 400 | 401
  /** One sentence for the developer of the client. */
  advice: string
  /** Names of the parameters that were absent or rejected. */
  parameters: readonly string[]
  /** With `timestamp_refused`: the first and the last timestamp that would be accepted now, in seconds. */
  acceptableTimestamps?: readonly [number, number]
  /** With `signature_invalid`: the base string that the server computed. */
  baseString?: string
}

/** Makes a refusal; `details` adds to it or overrides the status. */
export function refuse(
  problem: Oauth1Problem,
  advice: string,
  details: Partial<Pick<Oauth1Refusal, 'status' | 'parameters' | 'acceptableTimestamps' | 'baseString'>> = {},
): Oauth1Refusal {
  return { ok: false, problem, status: badRequests.has(problem) ? 400 : 401, advice, parameters: [], ...details }
}

const badRequests: ReadonlySet<Oauth1Problem> = new Set([
  'parameter_absent',
  'parameter_rejected',
  'signature_method_rejected',
  'version_rejected',
])
