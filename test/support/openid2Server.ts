import { startPython } from './pythonProgram.js'

/** What the server of python3-openid does; see `python/openid2Server.py`. */
export interface Openid2ServerSettings {
  /** Whose identifier is asserted; `null` refuses. */
  user?: string | null
  users?: Record<string, { sreg?: Record<string, string>; ax?: Record<string, string[]> }>
  discovery?: 'xrds' | 'html'
  /** Answers go only to addresses that the realm's own XRDS document lists. */
  rpDiscovery?: boolean
  policies?: string[]
}

/** A request that it got. */
export interface Openid2ServerRequest {
  method: string
  path: string
  mode?: string | null
}

export interface Openid2Server {
  origin: string
  /** What discovery starts from where the server is to say who it is. */
  identifier: string
  identifierOf: (user: string) => string
  /** Changes settings, and gives what was asked since the last change. */
  set: (settings: Openid2ServerSettings) => Promise<Openid2ServerRequest[]>
  close: () => Promise<void>
}

/** Starts an OpenID 2.0 provider written by others: python3-openid's. Nobody is asked anything. */
export async function startOpenid2Server(settings: Openid2ServerSettings = {}): Promise<Openid2Server> {
  const program = await startPython(new URL('python/openid2Server.py', import.meta.url), { user: 'ada', users: everybody, ...settings })
  const origin = `http://127.0.0.1:${program.firstLine}`
  return {
    origin,
    identifier: `${origin}/`,
    identifierOf: (user) => `${origin}/id/${user}`,
    set: (changed) => program.ask(changed),
    close: program.close,
  }
}

/** Its users, as long as the settings name no others. */
export const everybody = {
  ada: {
    sreg: { nickname: 'ada', email: 'ada@example.com', fullname: 'Ada Example', language: 'EN', country: 'GB' },
    ax: {
      'http://axschema.org/contact/email': ['ada@example.com'],
      'http://axschema.org/namePerson': ['Ada Example'],
      'http://axschema.org/namePerson/friendly': ['ada'],
      'http://schema.openid.net/contact/email': ['ada@example.com'],
    },
  },
}
