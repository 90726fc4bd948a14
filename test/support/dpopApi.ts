import { createHash, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { sendJson, startServer, type Received } from './unitServer.js'

/** A request as the API judged it: `''` where everything about it was right. */
export interface Judged {
  method: string
  url: string
  refusal: string
  jti: string | undefined
}

export interface DpopApi {
  /** Ends in a slash. */
  baseUrl: string
  origin: string
  judged: Judged[]
  received: Received[]
  /** From now on another nonce is wanted, and the one of before is refused. */
  changeNonce: () => void
  /** Whether proofs need a nonce; they do. */
  wantNonce: (wants: boolean) => void
  /** The scheme of the challenges, however it is written. */
  scheme: string
  /** From now on the access token that was accepted last is refused. */
  endToken: () => void
  /** What else an address answers, once the proof is right; by path. */
  routes: Record<string, (request: Received) => { status: number; headers?: Record<string, string>; body?: unknown }>
  close: () => Promise<void>
}

/** What is known of an access token: the thumbprint of the key that it is bound to, and whose it is. */
export type FindToken = (value: string) => Promise<{ jkt?: string | undefined; subject?: string | undefined } | undefined>

/** An API that takes access tokens with a proof of their key only, and checks all that RFC 9449 sections 4.3 and 7 ask for. */
export async function startDpopApi(findToken: FindToken): Promise<DpopApi> {
  let nonce = randomBytes(16).toString('base64url')
  const used = new Set<string>()
  const judged: Judged[] = []
  const ended = new Set<string>()
  let accepted = ''
  let wanted = true

  async function judge({ method, url, headers }: Received): Promise<{ refusal: string; jti?: string; subject?: string | undefined }> {
    const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ')
    if (scheme.toLowerCase() !== 'dpop') return { refusal: 'invalid_token: scheme' }
    const proof = headers['dpop']
    if (typeof proof !== 'string' || proof.includes(',')) return { refusal: 'invalid_dpop_proof: not one proof' }
    const verified = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] }).catch(() => undefined)
    if (!verified) return { refusal: 'invalid_dpop_proof: signature' }
    const { payload, protectedHeader } = verified
    const jwk = protectedHeader.jwk as Record<string, string>
    if ('d' in jwk) return { refusal: 'invalid_dpop_proof: private key' }
    const { htm, htu, ath, jti, iat = 0 } = payload
    if (typeof jti !== 'string' || used.has(jti)) return { refusal: 'invalid_dpop_proof: jti' }
    used.add(jti)
    if (htm !== method) return { refusal: 'invalid_dpop_proof: htm', jti }
    if (htu !== `${api.origin}${url.split('?')[0] ?? ''}`) return { refusal: 'invalid_dpop_proof: htu', jti }
    if (Math.abs(Date.now() / 1000 - iat) > 60) return { refusal: 'invalid_dpop_proof: iat', jti }
    if (wanted && payload['nonce'] !== nonce) return { refusal: 'use_dpop_nonce', jti }
    if (ath !== createHash('sha256').update(token).digest('base64url')) return { refusal: 'invalid_dpop_proof: ath', jti }
    const found = await findToken(token)
    if (!found || ended.has(token)) return { refusal: 'invalid_token: unknown', jti }
    if (found.jkt !== (await calculateJwkThumbprint(jwk))) return { refusal: 'invalid_token: bound to another key', jti }
    accepted = token
    return { refusal: '', jti, subject: found.subject }
  }

  const server = await startServer(async (request, res) => {
    const { refusal, jti, subject } = await judge(request)
    judged.push({ method: request.method, url: request.url, refusal, jti })
    if (wanted) res.setHeader('dpop-nonce', nonce)
    if (refusal !== '') {
      res.setHeader('www-authenticate', `${api.scheme} error="${refusal.split(':')[0] ?? ''}", algs="ES256"`)
      sendJson(res, { error: refusal }, 401)
      return
    }
    const route = api.routes[request.url.split('?')[0] ?? '']?.(request)
    for (const [name, value] of Object.entries(route?.headers ?? {})) res.setHeader(name, value)
    sendJson(res, route?.body ?? { subject }, route?.status ?? 200)
  })
  const api: DpopApi = {
    baseUrl: `${server.origin}/v1/`,
    origin: server.origin,
    judged,
    received: server.received,
    changeNonce: () => {
      nonce = randomBytes(16).toString('base64url')
    },
    wantNonce: (wants) => {
      wanted = wants
    },
    scheme: 'DPoP',
    endToken: () => {
      ended.add(accepted)
    },
    routes: {},
    close: server.close,
  }
  return api
}
