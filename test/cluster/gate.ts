import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A token endpoint in front of the provider's own: it counts the calls, and can keep them waiting. */
export interface TokenGate {
  url: string
  /** How many calls came with this grant, from all processes. */
  count: (grantType: 'authorization_code' | 'refresh_token') => number
  /** Keeps calls waiting from now on. */
  hold: () => void
  /** How many are waiting. */
  waiting: () => number
  release: () => void
  close: () => Promise<void>
}

/**
 * @param target the provider's own token endpoint
 * @param firstLifetime seconds that the application is told for the access token of a login; what the provider says unless given
 */
export async function startTokenGate(target: string, firstLifetime?: number): Promise<TokenGate> {
  const grants: string[] = []
  let held: (() => void)[] | undefined

  const server = createServer((req, res) => {
    void (async () => {
      const body = await text(req)
      const grant = new URLSearchParams(body).get('grant_type') ?? ''
      grants.push(grant)
      if (held) await new Promise<void>((resolve) => held?.push(resolve))
      const { authorization = '', 'content-type': contentType = '' } = req.headers
      const answer = await fetch(target, { method: 'POST', body, headers: { authorization, 'content-type': contentType } })
      res.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
        'cache-control': 'no-store',
      })
      const tokens = await answer.text()
      res.end(
        firstLifetime !== undefined && grant === 'authorization_code'
          ? JSON.stringify({ ...(JSON.parse(tokens) as object), expires_in: firstLifetime })
          : tokens,
      )
    })().catch(() => {
      res.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    // A server that listens at a port has an address of this shape.
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`,
    count: (grantType) => grants.filter((grant) => grant === grantType).length,
    hold: () => {
      held ??= []
    },
    waiting: () => held?.length ?? 0,
    release: () => {
      held?.forEach((go) => {
        go()
      })
      held = undefined
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
