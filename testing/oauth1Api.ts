import { jsonReply, textReply, type Reply } from './http.js'
import { asObject } from './oauth1Http.js'
import { projects, type Person } from './people.js'
import type { Parameter } from './oauth1Signature.js'

/** A verified request to the protected API, ready to be answered. */
export interface ApiRequest {
  method: string
  /** Without the query, such as `/api/projects`. */
  path: string
  /** Whose data it is about. */
  person: Person
  query: readonly Parameter[]
  /** `undefined` when the body is not form encoded. */
  form: readonly Parameter[] | undefined
  body: Buffer
  contentType: string
  /** Where the server is reached, for links. */
  origin: string
}

/** Lists the methods that a path of the API has; `undefined` when there is no such path. */
export function apiMethods(path: string): readonly string[] | undefined {
  if (path === '/api/me') return ['GET', 'HEAD']
  if (path === '/api/projects') return ['GET', 'HEAD', 'POST']
  return projectName(path) === undefined ? undefined : ['PUT', 'PATCH', 'DELETE']
}

/** Answers a request whose path and method are known to `apiMethods`. */
export function answerApi(request: ApiRequest): Reply {
  if (request.path === '/api/me') return jsonReply(200, profile(request))
  if (request.method === 'GET' || request.method === 'HEAD') return listProjects(request)
  if (request.method === 'DELETE') return { status: 204, headers: {}, body: '' }
  return echoProject(request)
}

function profile({ person, origin }: ApiRequest): object {
  return {
    id: person.id,
    screen_name: person.username,
    name: person.name,
    email: person.email,
    profile_image_url: `${origin}/avatars/${person.id}.svg`,
    location: new Intl.DisplayNames(['en'], { type: 'region' }).of(person.locale.slice(-2)),
  }
}

function listProjects({ person, query }: ApiRequest): Reply {
  const asked = asObject(query)
  const perPage = Number(asked['per_page'] ?? 30)
  const shown = Number.isInteger(perPage) && perPage > 0 ? projects(person).slice(0, perPage) : projects(person)
  return jsonReply(200, { projects: shown, query: asked })
}

function echoProject({ method, path, query, form, body, contentType }: ApiRequest): Reply {
  const name = projectName(path)
  const content = form === undefined ? parsedBody(body, contentType) : { value: asObject(form) }
  if (content === undefined) return textReply(400, 'The body is not JSON.', 'bad_json')
  const echoed = { ...(name === undefined ? {} : { name }), method, query: asObject(query), contentType, body: content.value }
  return jsonReply(method === 'POST' ? 201 : 200, echoed)
}

function parsedBody(body: Buffer, contentType: string): { value: unknown } | undefined {
  if (!/^application\/([\w.+-]+\+)?json[ \t]*(;|$)/i.test(contentType)) return { value: body.toString('utf8') }
  try {
    return { value: JSON.parse(body.toString('utf8')) }
  } catch {
    return undefined
  }
}

function projectName(path: string): string | undefined {
  const encoded = /^\/api\/projects\/([^/]+)$/.exec(path)?.[1]
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
