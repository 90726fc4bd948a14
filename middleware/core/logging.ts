import { createRequire } from 'node:module'
import type { Debugger } from 'debug'
import { causeMessage } from '../../lib/base/causeMessage.js'
import { asAuthError, type AuthError } from '../../lib/base/errors.js'
import type { Logger } from '../../lib/config/settings.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One structured event: names, codes and safe sentences; never addresses with queries, headers, bodies or tokens (rule R6). */
export interface LogEvent {
  event: string
  provider?: string | undefined
  /** Digest of the key of the account that is signed in: see `digestOf` in `events.ts`. */
  user?: string | undefined
  /** Of the other account that it is about. */
  account?: string | undefined
  /** Of who was signed in before. */
  previous?: string | undefined
  /** Of all accounts of a user who is no longer there. */
  accounts?: readonly string[] | undefined
  /** Who signed a user out, where it was not the user. */
  endedBy?: 'provider' | undefined
  code?: string | undefined
  reason?: string | undefined
  providerError?: string | undefined
  status?: number | undefined
  /** What happened, in words that are safe to show. */
  message?: string | undefined
  /** What lies underneath, on one line, masked. */
  cause?: string | undefined
}

/** An event is given as a function where making it costs something: few applications listen to all of them. */
export type Log = (level: LogLevel, event: LogEvent | (() => LogEvent)) => void

/** Lines of one code that the console gets in one window of time. */
const maxLines = 10
/** Milliseconds. */
const windowLength = 1_000
/** Characters of one line. */
const maxLine = 1_000

/** What a developer is told at start: sentences of their own, on the console at any level. */
const notices: ReadonlySet<string> = new Set(['config_warning', 'config_info'])

/** Loaded where the environment asks for it: few do, and it would cost all others a part of their start. */
const debug: Debugger | undefined = process.env['DEBUG']
  ? (createRequire(import.meta.url)('debug') as (name: string) => Debugger)('authrouter')
  : undefined

/**
 * Makes the one place that events go to: the application's logger, called as `(event, text)`; without one warnings and errors go to the
 * console, a line each. `DEBUG=authrouter*` shows all events, whatever the logger.
 * @param logger of the application's own; `false` for none
 */
export function createLog(logger: Logger | false | undefined): Log {
  const print = logger === undefined ? consoleWriter() : undefined
  return (level, given) => {
    if (!logger && !debug?.enabled && !(print && (level === 'warn' || level === 'error' || isNotice(given)))) return
    const event = withoutGaps(typeof given === 'function' ? given() : given)
    debug?.('%s %o', level, event)
    if (logger) hand(logger, level, event)
    // DEBUG has shown it on the same stream already.
    else if (!debug?.enabled) print?.(level, event)
  }
}

function isNotice(given: LogEvent | (() => LogEvent)): boolean {
  return typeof given !== 'function' && notices.has(given.event)
}

/** A log that fails, at once or later, must not take the visitor's answer, or the process, with it. */
function hand(logger: Logger, level: LogLevel, event: LogEvent): void {
  const failed = (): void => {
    debug?.('the logger of the application failed')
  }
  try {
    Promise.resolve(logger[level](event, lineOf(event)) as unknown).catch(failed)
  } catch {
    failed()
  }
}

/** A failure as an event: all that may be told of it (rule R6). */
export function failureEvent(event: string, error: AuthError): LogEvent {
  const { provider, code, status, reason, providerError, message } = error
  return { event, provider, code, status, reason, providerError, message, cause: causeMessage(error) }
}

/** A function of the application's that failed where no visitor is told of it. */
export function hookFailed(name: string, thrown: unknown, provider?: string): LogEvent {
  const error = asAuthError(thrown, 'hook_failed', `The application's function ${name} failed.`)
  return { ...failureEvent('hook_failed', error), reason: name, provider: error.provider ?? provider }
}

/** An event on one line: what happened, to which provider, why. */
function lineOf({
  event,
  code,
  provider,
  user,
  account,
  previous,
  accounts,
  endedBy,
  reason,
  providerError,
  message,
  cause,
}: LogEvent): string {
  const facts = [
    code !== event && code,
    provider && `provider=${provider}`,
    user && `user=${user}`,
    account && `account=${account}`,
    previous && `previous=${previous}`,
    accounts && `accounts=${accounts.join(',')}`,
    endedBy && `endedBy=${endedBy}`,
    reason && `reason=${reason}`,
    providerError && `providerError=${providerError}`,
  ]
  const head = [event, ...facts].filter(Boolean).join(' ')
  const line = notices.has(event) ? (message ?? event) : head + (message ? `: ${message}` : '') + (cause ? ` Cause: ${cause}` : '')
  // A line that ends where somebody else wants it to end could be followed by one that is not ours.
  return line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, maxLine)
}

interface Window {
  printed: number
  left: number
}

/** Writes to the console, at most ten lines a second of one code: a flood of bad requests must not fill a disk. */
function consoleWriter(): (level: LogLevel, event: LogEvent) => void {
  const windows = new Map<string, Window>()

  function openWindow(kind: string, level: LogLevel): Window {
    const window = { printed: 0, left: 0 }
    windows.set(kind, window)
    setTimeout(() => {
      windows.delete(kind)
      if (window.left > 0) console[level](`authrouter: ${kind}: ${String(window.left)} more were left out.`)
    }, windowLength).unref()
    return window
  }

  return (level, event) => {
    // What has no code, such as the warnings at start, counts by its text.
    const kind = event.code ?? event.message ?? event.event
    const window = windows.get(kind) ?? openWindow(kind, level)
    if (window.printed < maxLines) {
      window.printed++
      console[level](`authrouter: ${lineOf(event)}`)
    } else {
      window.left++
    }
  }
}

function withoutGaps(event: LogEvent): LogEvent {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as unknown as LogEvent
}
