import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthRouterOptions, SessionBag } from '../../middleware/index.js'

type FindSession = Extract<NonNullable<AuthRouterOptions['session']>, (...parts: never[]) => unknown>

export interface HandWrittenSessions {
  find: FindSession
  /** What has been saved, by id. */
  saved: Map<string, Record<string, unknown>>
  slowWrites: (milliseconds: number) => void
}

/** Sessions such as an application might write for itself: loaded at the first use, written by `save`. */
export function handWrittenSessions({ refreshes }: { refreshes: boolean }): HandWrittenSessions {
  const saved = new Map<string, Record<string, unknown>>()
  let delay = 0

  const find: FindSession = (req, res): SessionBag => {
    let id = /(?:^|; )hand=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? crypto.randomUUID()
    let data: Record<string, unknown> | undefined
    const load = (): Record<string, unknown> => (data ??= { ...saved.get(id) })
    return {
      get: (key) => Promise.resolve(load()[key]),
      set: (key, value) => {
        load()[key] = value
      },
      delete: (key) => {
        Reflect.deleteProperty(load(), key)
      },
      async save() {
        if (delay > 0) await sleep(delay)
        saved.set(id, load())
        res.appendHeader('set-cookie', `hand=${id}; HttpOnly; Path=/`)
      },
      ...(refreshes
        ? {
            regenerate: () => {
              saved.delete(id)
              id = crypto.randomUUID()
              data = {}
            },
            destroy: () => {
              saved.delete(id)
              data = {}
            },
          }
        : {}),
    }
  }
  return {
    find,
    saved,
    slowWrites: (milliseconds) => {
      delay = milliseconds
    },
  }
}
