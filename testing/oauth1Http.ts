import type { Reply } from './http.js'
import type { Oauth1Refusal } from './oauth1Problems.js'
import { percentEncode, type Parameter } from './oauth1Signature.js'

/** Answers with form-encoded pairs, as the token endpoints do (RFC 5849 sections 2.1 and 2.3). */
export function formReply(status: number, pairs: Record<string, string>): Reply {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: new URLSearchParams(pairs).toString() }
}

/** Tells a client why its request is refused: in `WWW-Authenticate` and in the body (OAuth Problem Reporting extension). */
export function refusalReply(refusal: Oauth1Refusal, realm: string): Reply {
  const details: Record<string, string> = { oauth_problem: refusal.problem, ...reportedParameters(refusal) }
  const challenge = Object.entries({ ...details, oauth_problem_advice: refusal.advice }).map(
    ([name, value]) => `, ${name}="${percentEncode(value)}"`,
  )
  const reply = formReply(refusal.status, { ...details, oauth_problem_advice: refusal.advice })
  const headers = { ...reply.headers, 'www-authenticate': `OAuth realm="${realm}"${challenge.join('')}` }
  return { ...reply, headers, problem: refusal.problem }
}

/** Gathers pairs into an object: a name that occurs once has a text, one that is repeated a list of texts. */
export function asObject(pairs: readonly Parameter[]): Record<string, string | string[]> {
  const lists = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const list = lists.get(name) ?? []
    list.push(value)
    lists.set(name, list)
  }
  return Object.fromEntries([...lists].map(([name, values]) => [name, values.length === 1 ? values.join('') : values]))
}

function reportedParameters({ problem, parameters, acceptableTimestamps }: Oauth1Refusal): Record<string, string> {
  if (acceptableTimestamps) return { oauth_acceptable_timestamps: acceptableTimestamps.join('-') }
  if (parameters.length === 0) return {}
  const name = problem === 'parameter_absent' ? 'oauth_parameters_absent' : 'oauth_parameters_rejected'
  return { [name]: parameters.map(percentEncode).join('&') }
}
