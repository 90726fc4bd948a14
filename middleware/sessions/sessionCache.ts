import type { Sealer } from '../../lib/base/seal.js'
import { deepFreeze } from './deepFreeze.js'
import { heldBytes } from './heldBytes.js'
import { readRecord, type SessionRecord } from '../core/sessionRecord.js'

/** Bytes that opened sessions take at most, with their sealed texts: some 1,700 sessions with their tokens. */
const maxBytes = 20_000_000
/** Characters of a sealed text's end that tell it from others. */
const tagLength = 24

/** Opens the sealed text of a session; `undefined` for anything that is not ours, or not whole. */
export type OpenSession = (recordName: string, text: string) => SessionRecord | undefined

/**
 * Opens sessions, and remembers what it opened lately, frozen: the requests of one person bring the same text again and again, and
 * opening it costs more than all else that a request of somebody signed in does here. Whether the session still holds is not
 * remembered: that is asked of every request.
 */
export function sessionCache(sealer: Sealer): OpenSession {
  const opened = new Map<string, { recordName: string; text: string; record: SessionRecord; size: number }>()
  let bytes = 0

  // What was opened first makes room.
  function makeRoom(): void {
    for (const [end, { size }] of opened) {
      if (bytes <= maxBytes) return
      opened.delete(end)
      bytes -= size
    }
  }

  return (recordName, text) => {
    // The tag stands at the end: enough to find a text by, and quicker to look up than all of it.
    const end = text.slice(-tagLength)
    const known = opened.get(end)
    if (known?.recordName === recordName && known.text === text) return known.record
    const record = deepFreeze(readRecord(sealer.open('session', recordName, text)))
    if (!record) return undefined
    // Of a text that was compressed what comes out counts, not what went in.
    const size = text.length + heldBytes(record)
    bytes += size - (known?.size ?? 0)
    opened.set(end, { recordName, text, record, size })
    makeRoom()
    return record
  }
}
