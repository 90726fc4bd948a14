import type { RequestHandler } from 'express'

/** Places where requests are kept until they are told to go on: `?gate=name` keeps one behind the router, `?between=name` before it. */
export interface Gates {
  at: (place: 'early' | 'between' | 'gate') => RequestHandler
  /** Stands at a gate until it is opened. */
  pass: (name: string) => Promise<void>
  held: (name: string) => Promise<void>
  open: (name: string) => void
}

interface Gate {
  arrived: Promise<void>
  arrive: () => void
  opened: Promise<void>
  open: () => void
}

export function createGates(): Gates {
  const gates = new Map<string, Gate>()
  const gateOf = (name: string): Gate => {
    let gate = gates.get(name)
    if (!gate) gates.set(name, (gate = newGate()))
    return gate
  }
  const pass = (name: string): Promise<void> => {
    const gate = gateOf(name)
    gate.arrive()
    return gate.opened
  }
  return {
    pass,
    at: (place) => (req, _res, next) => {
      const name = new URL(req.originalUrl, 'http://any').searchParams.get(place)
      if (name === null) {
        next()
        return
      }
      void pass(name).then(() => {
        next()
      })
    },
    held: (name) => gateOf(name).arrived,
    open: (name) => {
      gateOf(name).open()
    },
  }
}

function newGate(): Gate {
  const arrival = signal()
  const opening = signal()
  return { arrived: arrival.given, arrive: arrival.give, opened: opening.given, open: opening.give }
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}
