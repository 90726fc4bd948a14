import { isFormEncoded } from './forms.js'
import { pictureReply, textReply, type Reply } from './http.js'
import { answerApi, apiMethods } from './oauth1Api.js'
import { decideAuthorization, problemPage, showAuthorization, type AuthorizationContext } from './oauth1Authorization.js'
import { formReply, refusalReply } from './oauth1Http.js'
import { refuse, type Oauth1Problem } from './oauth1Problems.js'
import type { Parameter } from './oauth1Signature.js'
import type { TokenMemory } from './oauth1Tokens.js'
import type { Oauth1Verifier } from './oauth1Verifier.js'
import { avatar, findPerson, personOfPicture } from './people.js'

/** The paths of the three endpoints of RFC 5849 section 2. */
export const endpointPaths = {
  requestToken: '/oauth/request_token',
  authorize: '/oauth/authorize',
  accessToken: '/oauth/access_token',
}

/** A request with its body, or `undefined` for a body that was too large. */
export interface ReceivedRequest {
  method: string
  /** The request target: path and query. */
  url: string
  headers: Readonly<Record<string, readonly string[] | undefined>>
  body: Buffer | undefined
}

/** What the endpoints work with. */
export interface EndpointContext {
  origin: string
  verify: Oauth1Verifier
  tokens: TokenMemory
  pages: AuthorizationContext
}

/** Answers any request to the provider. */
export function answer(context: EndpointContext, received: ReceivedRequest): Reply {
  const { body } = received
  if (body === undefined) return textReply(413, 'The body has more than 1 MB.', 'too_large')
  const request = { ...received, body, path: received.url.split('?')[0] ?? '' }
  const methods = methodsOf(request.path)
  if (methods === undefined) {
    return problemPage(context.pages, 404, 'There is nothing here', 'Check the address, or go back to the application.')
  }
  if (!methods.includes(request.method)) return methodNotAllowed(methods)
  switch (request.path) {
    case endpointPaths.requestToken:
      return issueRequestToken(context, request)
    case endpointPaths.authorize:
      return authorize(context, request)
    case endpointPaths.accessToken:
      return issueAccessToken(context, request)
  }
  const person = personOfPicture(request.path)
  return person ? pictureReply(avatar(person)) : callApi(context, request)
}

interface Request extends ReceivedRequest {
  body: Buffer
  path: string
}

/** Temporary credentials (RFC 5849 section 2.1). */
function issueRequestToken(context: EndpointContext, request: Request): Reply {
  const verified = context.verify(request)
  if (!verified.ok) return refusalReply(verified, context.origin)
  const callback = verified.protocol.get('oauth_callback') ?? ''
  if (callback === '') return refuseParameter(context, 'parameter_absent', 'oauth_callback', 'The request lacks oauth_callback.')
  if (!isCallback(callback)) {
    return refuseParameter(context, 'parameter_rejected', 'oauth_callback', 'It must be an absolute http or https URL, or oob.')
  }
  const { token, secret } = context.tokens.issueRequestToken(verified.client.clientId, callback)
  return formReply(200, { oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true' })
}

/** The question to the resource owner and the answer (RFC 5849 section 2.2). */
function authorize({ pages }: EndpointContext, request: Request): Reply {
  if (request.method === 'GET') return showAuthorization(pages, request.url.slice(request.path.length + 1))
  const site = request.headers['sec-fetch-site']?.[0] ?? 'none'
  if (site !== 'same-origin' && site !== 'none') {
    const text = 'Nothing was shared. Go back to the application and try again.'
    return problemPage(pages, 403, 'That came from another site', text, 'cross_site')
  }
  return decideAuthorization(pages, isFormEncoded(contentTypeOf(request)) ? request.body.toString('latin1') : '')
}

/** Token credentials (RFC 5849 section 2.3). */
function issueAccessToken(context: EndpointContext, request: Request): Reply {
  const verified = context.verify(request, (token, clientId) => {
    const found = context.tokens.findRequestToken(token)
    return found?.clientId === clientId && found.approval ? found.secret : undefined
  })
  if (!verified.ok) return refusalReply(verified, context.origin)
  const verifier = verified.protocol.get('oauth_verifier') ?? ''
  if (verifier === '') return refuseParameter(context, 'parameter_absent', 'oauth_verifier', 'The request lacks oauth_verifier.')
  const requestToken = context.tokens.findRequestToken(verified.token)
  const issued = requestToken && context.tokens.exchange(requestToken, verifier)
  const person = issued && findPerson(issued.personId)
  if (!person) return refuseParameter(context, 'verifier_invalid', 'oauth_verifier', 'It is not the one that the callback got.')
  return formReply(200, {
    oauth_token: issued.token,
    oauth_token_secret: issued.secret,
    user_id: person.id,
    screen_name: person.username,
  })
}

/** A protected resource (RFC 5849 section 3). */
function callApi(context: EndpointContext, request: Request): Reply {
  const verified = context.verify(request, (token, clientId) => {
    const found = context.tokens.findAccessToken(token)
    return found?.clientId === clientId ? found.secret : undefined
  })
  if (!verified.ok) return refusalReply(verified, context.origin)
  const person = findPerson(context.tokens.findAccessToken(verified.token)?.personId ?? '')
  if (!person) return refusalReply(refuse('token_rejected', 'Nobody has this token.'), context.origin)
  const { method, path, body } = request
  const own = (pairs: readonly Parameter[]): Parameter[] => pairs.filter(([name]) => !name.startsWith('oauth_'))
  return answerApi({
    method,
    path,
    person,
    body,
    contentType: contentTypeOf(request),
    origin: context.origin,
    query: own(verified.query),
    form: verified.form && own(verified.form),
  })
}

function methodsOf(path: string): readonly string[] | undefined {
  if (path === endpointPaths.requestToken || path === endpointPaths.accessToken) return ['POST']
  if (path === endpointPaths.authorize) return ['GET', 'POST']
  return personOfPicture(path) ? ['GET', 'HEAD'] : apiMethods(path)
}

function methodNotAllowed(methods: readonly string[]): Reply {
  const reply = textReply(405, `Use ${methods.join(' or ')} here.`)
  return { ...reply, headers: { ...reply.headers, allow: methods.join(', ') } }
}

function refuseParameter(context: EndpointContext, problem: Oauth1Problem, name: string, advice: string): Reply {
  return refusalReply(refuse(problem, advice, { parameters: [name] }), context.origin)
}

/** An absolute http or https URL, or `oob` (case sensitive) for who cannot be called back. */
function isCallback(callback: string): boolean {
  return callback === 'oob' || (/^https?:\/\//i.test(callback) && URL.canParse(callback))
}

function contentTypeOf(request: Request): string {
  return request.headers['content-type']?.[0] ?? ''
}
