import { generateKeyPairSync, randomUUID, sign as signBytes, type KeyObject } from 'node:crypto'
import { listen, sendJson } from './hosts.js'

/** A key pair with a name: what a proxy signs with. */
export interface ProxyKey {
  kid: string
  alg: 'ES256' | 'RS256'
  privateKey: KeyObject
  publicKey: KeyObject
}

export function proxyKey(kid: string, alg: ProxyKey['alg'] = 'ES256'): ProxyKey {
  const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, alg, ...pair }
}

const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=')

/** What a JWT's header says, and how it is spelt. */
export interface Signing {
  header?: Record<string, unknown>
  /** Whether the parts keep their padding, which then is signed. */
  isPadded?: boolean
}

/** A JWT with the signature of a key over whatever it says. */
export function signedBy(key: ProxyKey, claims: unknown, { header, isPadded = false }: Signing = {}): string {
  const part = (value: unknown): string => (isPadded ? padded(encoded(value)) : encoded(value))
  const input = `${part({ alg: key.alg, kid: key.kid, ...header })}.${part(claims)}`
  const signature = signBytes('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return `${input}.${isPadded ? padded(signature) : signature}`
}

/** A real HTTP server with a proxy's public keys: as a set at `/keys`, and one by one in PEM text at `/pem/<kid>`. */
export interface KeyServer {
  url: string
  jwksUri: string
  keyEndpoint: string
  /** What it publishes. */
  keys: ProxyKey[]
  /** Paths that were asked for, in order. */
  calls: string[]
  /** Answers with this status instead, where it is set. */
  failsWith: number | undefined
  /** Serves this in place of every key in PEM text. */
  pem: string | undefined
  /** Lets every answer wait. */
  delay: number
  close: () => Promise<void>
}

export async function startKeyServer(...keys: ProxyKey[]): Promise<KeyServer> {
  const { url, close } = await listen((req, res) => {
    const path = req.url ?? '/'
    server.calls.push(path)
    setTimeout(() => {
      const named = server.keys.find(({ kid }) => path === `/pem/${kid}`)
      if (server.failsWith !== undefined) res.writeHead(server.failsWith).end()
      else if (server.pem !== undefined) res.end(server.pem)
      else if (path === '/keys') {
        sendJson(res, {
          keys: server.keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' })),
        })
      } else if (named) res.end(named.publicKey.export({ type: 'spki', format: 'pem' }))
      else res.writeHead(404).end()
    }, server.delay)
  })
  const server: KeyServer = {
    url,
    jwksUri: `${url}/keys`,
    keyEndpoint: `${url}/pem/{kid}`,
    keys,
    calls: [],
    failsWith: undefined,
    pem: undefined,
    delay: 0,
    close,
  }
  return server
}

/** A JWT that nobody has signed, under the name of a key that there is not. */
export function unsigned(claims: unknown, header: Record<string, unknown> = {}): string {
  return `${encoded({ alg: 'ES256', kid: randomUUID(), ...header })}.${encoded(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`
}

/** Seconds since 1970. */
export const seconds = (): number => Math.floor(Date.now() / 1000)
