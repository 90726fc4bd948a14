import { pictureReply, textReply, type Reply } from '../http.js'
import { avatar, personOfPicture } from '../people.js'
import { answerCheckid, decide } from './checkid.js'
import { paths, type Context } from './context.js'
import { answerAssociate, answerCheckAuthentication, directError } from './direct.js'
import { answerDiscovery } from './discovery.js'
import { openid2Namespace, type Message } from './message.js'
import { textPage } from './pages.js'

/** A request, read as far as it goes. */
export interface ReceivedRequest {
  method: string
  /** Without the query. */
  path: string
  headers: Readonly<Record<string, readonly string[] | undefined>>
  /** The message in the query, or in the body of a POST; `undefined` when it is malformed. */
  message: Message | undefined
  /** What stands in the body of a POST. */
  form: string
}

/** Answers any request to the provider. */
export async function answer(context: Context, request: ReceivedRequest): Promise<Reply> {
  const { method, path, headers } = request
  if (path === paths.endpoint)
    return method === 'GET' || method === 'POST' ? answerMessage(context, request) : methodNotAllowed('GET, POST')
  if (path === paths.decision) return method === 'POST' ? answerDecision(context, request) : methodNotAllowed('POST')
  const person = personOfPicture(path)
  const found = person ? pictureReply(avatar(person)) : answerDiscovery(context, path, headers['accept']?.join() ?? '')
  if (!found) return textPage(context, 404, 'There is nothing here', 'Check the address, or go back to the application.')
  return method === 'GET' || method === 'HEAD' ? found : methodNotAllowed('GET, HEAD')
}

/** Messages come through the browser by either method (section 5.2), and directly by POST alone (section 5.1.1). */
async function answerMessage(context: Context, { method, headers, message }: ReceivedRequest): Promise<Reply> {
  const mode = message?.get('mode')
  if (message && (mode === 'checkid_setup' || mode === 'checkid_immediate')) {
    return answerCheckid(context, message, headers['cookie']?.join('; ') ?? '')
  }
  if (method === 'GET') {
    const text = 'Applications send people here to sign in. Go back to the application, and sign in from there.'
    return textPage(context, message?.size === 0 ? 200 : 400, 'OpenID', text, message?.size === 0 ? undefined : 'not a message')
  }
  if (!message) return directError('The message is malformed.')
  if (message.get('ns') !== openid2Namespace) return directError('This provider speaks OpenID Authentication 2.0 alone.')
  if (mode === 'associate') return answerAssociate(context, message)
  return mode === 'check_authentication' ? answerCheckAuthentication(context, message) : directError('The mode is unknown.')
}

function answerDecision(context: Context, { headers, form }: ReceivedRequest): Reply {
  const site = headers['sec-fetch-site']?.[0] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') {
    const text = 'Nothing was shared. Go back to the application and try again.'
    return textPage(context, 403, 'That came from another site', text, 'cross_site')
  }
  return decide(context, new URLSearchParams(form), headers['cookie']?.join('; ') ?? '')
}

function methodNotAllowed(allow: string): Reply {
  const reply = textReply(405, `Use ${allow.replace(', ', ' or ')} here.`)
  return { ...reply, headers: { ...reply.headers, allow } }
}
