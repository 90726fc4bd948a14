import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tokens } from '../../lib/types.js'

/** What has happened to one family of tokens. */
export interface FamilyCounts {
  /** Refreshes that were asked for. */
  asked: number
  /** Refreshes that were granted. */
  refreshed: number
  /** Refresh tokens that came a second time; the first such one revokes the family (RFC 9700 section 4.14.2). */
  reused: number
  /** Refreshes whose caller was gone before the provider had decided: nothing was rotated. */
  abandoned: number
  /** API calls that were answered with 200, and with 401. */
  answered: number
  refused: number
}

/** A chain of refresh tokens that began with one sign-in. */
export interface Family {
  /** The only tokens that are good now. */
  readonly tokens: Tokens
  readonly isRevoked: boolean
  readonly counts: Readonly<FamilyCounts>
  /**
   * The current access token stops working.
   * @param callers API calls that must have come with it before any of them is refused, so that all of them want a renewal at once
   */
  end: (callers?: number) => void
}

export interface FamilyOptions {
  /** Milliseconds before a refresh is decided. */
  delay?: number
  /** Told as a refresh is being granted: its answer is on the way to the caller. */
  onRefreshed?: (() => void) | undefined
}

/** An authorization server that rotates refresh tokens strictly, with its API, on loopback. */
export interface RotationProvider {
  tokenEndpoint: string
  apiBaseUrl: string
  newFamily: (options?: FamilyOptions) => Family
  /** Over all families. */
  totals: () => FamilyCounts & { revoked: number }
  close: () => Promise<void>
}

interface State {
  generation: number
  isEnded: boolean
  isRevoked: boolean
  delay: number
  onRefreshed: (() => void) | undefined
  callers: number
  waiting: (() => void)[]
  counts: FamilyCounts
}

type Answer = (status: number, body: object) => void

const lifetime = 3600

/** Starts the provider on a free port. */
export async function startRotationProvider(): Promise<RotationProvider> {
  const families = new Map<string, State>()
  const server = createServer((req, res) => {
    const answer: Answer = (status, body) => {
      res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    if (req.url === '/token') void refresh(families, req, res, answer)
    else serveApi(families, req, answer)
  })
  // Connections stay open from round to round.
  server.keepAliveTimeout = 60_000
  const url = await listening(server)

  return {
    tokenEndpoint: `${url}/token`,
    apiBaseUrl: `${url}/api/`,
    newFamily({ delay = 0, onRefreshed } = {}) {
      const id = String(families.size)
      const state: State = {
        generation: 0,
        isEnded: false,
        isRevoked: false,
        delay,
        onRefreshed,
        callers: 1,
        waiting: [],
        counts: { asked: 0, refreshed: 0, reused: 0, abandoned: 0, answered: 0, refused: 0 },
      }
      families.set(id, state)
      return {
        get tokens() {
          return tokensOf(id, state)
        },
        get isRevoked() {
          return state.isRevoked
        },
        counts: state.counts,
        end(callers = 1) {
          Object.assign(state, { isEnded: true, callers })
        },
      }
    },
    totals() {
      const sum = { asked: 0, refreshed: 0, reused: 0, abandoned: 0, answered: 0, refused: 0, revoked: 0 }
      for (const { counts, isRevoked } of families.values()) {
        for (const name of Object.keys(counts) as (keyof FamilyCounts)[]) sum[name] += counts[name]
        if (isRevoked) sum.revoked++
      }
      return sum
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function refresh(families: Map<string, State>, req: IncomingMessage, res: ServerResponse, answer: Answer): Promise<void> {
  const form = new URLSearchParams(await textOf(req))
  const [, id = '', generation] = /^refresh-(\d+)-(\d+)$/.exec(form.get('refresh_token') ?? '') ?? []
  const family = families.get(id)
  if (form.get('grant_type') !== 'refresh_token' || !family) {
    answer(400, { error: 'invalid_request' })
    return
  }
  family.counts.asked++
  if (family.delay > 0) await sleep(family.delay)
  if (res.destroyed) {
    family.counts.abandoned++
    return
  }
  if (Number(generation) !== family.generation || family.isRevoked) {
    if (Number(generation) !== family.generation) family.counts.reused++
    family.isRevoked = true
    answer(400, { error: 'invalid_grant' })
    return
  }
  family.generation++
  family.isEnded = false
  family.counts.refreshed++
  const { accessToken, refreshToken } = tokensOf(id, family)
  answer(200, { access_token: accessToken, refresh_token: refreshToken, token_type: 'Bearer', expires_in: lifetime })
  family.onRefreshed?.()
}

function serveApi(families: Map<string, State>, req: IncomingMessage, answer: Answer): void {
  const [, id = '', generation] = /^Bearer access-(\d+)-(\d+)$/.exec(req.headers.authorization ?? '') ?? []
  const family = families.get(id)
  if (!family) {
    answer(401, { error: 'invalid_token' })
    return
  }
  if (Number(generation) === family.generation && !family.isRevoked) {
    if (!family.isEnded) {
      family.counts.answered++
      answer(200, { family: id })
      return
    }
    family.waiting.push(() => {
      refuse(family, answer)
    })
    if (family.waiting.length >= family.callers) for (const go of family.waiting.splice(0)) go()
    return
  }
  refuse(family, answer)
}

function refuse({ counts }: State, answer: Answer): void {
  counts.refused++
  answer(401, { error: 'invalid_token' })
}

function tokensOf(id: string, { generation }: State): Tokens {
  const issuedAt = Math.floor(Date.now() / 1000)
  return {
    accessToken: `access-${id}-${generation}`,
    refreshToken: `refresh-${id}-${generation}`,
    tokenType: 'Bearer',
    issuedAt,
    expiresAt: issuedAt + lifetime,
  }
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
