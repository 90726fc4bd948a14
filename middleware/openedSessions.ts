import type { Sealer } from '../lib/seal.js'
import { deepFreeze } from './deepFreeze.js'
import { readRecord, type SessionRecord } from './session.js'

/** Characters of sealed text remembered at most, which takes some 25 MB: two thousand sessions with their tokens. */
const mostCharacters = 10_000_000
/** Characters of a sealed text's end that tell it from others. */
const tagLength = 24

/** Opens the sealed text of a session; `undefined` for anything that is not ours, or not whole. */
export type OpenSession = (place: string, text: string) => SessionRecord | undefined

/**
 * Opens sessions, and remembers what it opened lately, frozen: the requests of one person bring the same text again and again, and
 * opening it costs more than all else that a request of somebody signed in does here. Whether the session still holds is not
 * remembered: that is asked of every request.
 */
export function sessionOpener(sealer: Sealer): OpenSession {
  const opened = new Map<string, { place: string; text: string; record: SessionRecord }>()
  let characters = 0

  // What was opened first makes room.
  function makeRoom(): void {
    for (const [end, { text }] of opened) {
      if (characters <= mostCharacters) return
      opened.delete(end)
      characters -= text.length
    }
  }

  return (place, text) => {
    // The tag stands at the end: enough to find a text by, and quicker to look up than all of it.
    const end = text.slice(-tagLength)
    const known = opened.get(end)
    if (known?.place === place && known.text === text) return known.record
    const record = deepFreeze(readRecord(sealer.open('session', place, text)))
    if (!record) return undefined
    characters += text.length - (known?.text.length ?? 0)
    opened.set(end, { place, text, record })
    makeRoom()
    return record
  }
}
