import { AuthError } from '../../lib/base/errors.js'
import { wantsJson } from '../http/negotiation.js'
import { page, type Reply } from '../http/reply.js'
import { problemOf } from '../login/beginLogin.js'
import { askPage, type AskPageOptions } from '../pages/askPage.js'
import type { ProviderRequest } from './receive.js'

/** What the form is for, and where it goes. */
export type AskForm = Omit<AskPageOptions, 'fields' | 'carried'>

/**
 * Asks for the parameters of an entry that users choose, where they are missing or cannot be what was given.
 * @returns `undefined` where there is nothing to ask
 * @throws AuthError `bad_request` for a script, which names the parameter
 */
export function askParameters({ request, registration, parameters }: ProviderRequest, form: AskForm): Reply | undefined {
  const { ask, slug } = registration
  const problem = ask && problemOf(ask, parameters)
  if (!problem) return undefined
  if (wantsJson(request.host)) throw new AuthError('bad_request', problem.message, { provider: slug })
  const names = new Set(ask.parameters.map(({ name }) => name))
  const carried = Object.entries(parameters).filter(([name]) => !names.has(name))
  return page(
    problem.isMissing ? 200 : 400,
    askPage({
      ...form,
      fields: ask.parameters.map((parameter) => ({
        ...parameter,
        value: parameters[parameter.name] ?? parameter.value,
        isWrong: !problem.isMissing && parameter.name === problem.name,
      })),
      carried: Object.fromEntries(carried),
    }),
  )
}
