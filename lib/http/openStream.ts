import { pipeline } from 'node:stream'
import { createUnzip } from 'node:zlib'
import type { HttpStream, Outbound, StreamRequest } from '../model/http.js'
import { createDeadline, untilAborted, type Deadline } from './deadline.js'
import { failureOf } from './failure.js'
import { isWithoutBody, requestHeaders } from './headers.js'

/** Milliseconds that a stream may be silent between two chunks, in either direction. */
export const defaultIdleTimeout = 30_000

type Chunks = AsyncIterable<Uint8Array>

/**
 * Makes the way out whose answers are read as they come: bounded in time up to the headers and between two chunks, not in size.
 * It follows no redirect. An answer that nobody reads keeps its connection until its body is cancelled or the caller's signal aborts.
 *
 * @param send what carries a request out; it is given a signal
 * @returns a function that throws, and whose streams end with, `AuthError` `provider_timeout` or `provider_bad_response`
 */
export function createHttpStream(
  { timeout: defaultTimeout }: Pick<Outbound, 'timeout'>,
  send: (request: StreamRequest, signal: AbortSignal) => Promise<{ status: number; headers: Record<string, string>; chunks: Chunks }>,
): HttpStream {
  return async function openStream({ idleTimeout = defaultIdleTimeout, ...request }) {
    const timeout = request.timeout ?? defaultTimeout
    const deadline = createDeadline(request.signal)
    const failure = (error: unknown): unknown => failureOf(error, request.signal, deadline)
    try {
      deadline.restart(timeout)
      const upload = watchUpload(request.body, deadline, timeout, idleTimeout)
      const sending = { ...request, body: upload.body, headers: requestHeaders(request.headers) }
      const { status, headers, chunks } = await untilAborted(() => send(sending, deadline.signal), deadline.signal)
      upload.ignore()
      deadline.pause()
      if (request.method !== 'HEAD' && !isWithoutBody(status)) {
        const { 'content-encoding': encoding, ...plain } = headers
        if (encoding !== 'gzip' && encoding !== 'deflate')
          return { status, headers, body: streamOf(chunks, deadline, idleTimeout, failure) }
        // The length is that of what was packed.
        const { 'content-length': _packed, ...unpacked } = plain
        return { status, headers: unpacked, body: streamOf(unzipped(chunks), deadline, idleTimeout, failure) }
      }
      for await (const _chunk of chunks) break
      deadline.end()
      return { status, headers, body: null }
    } catch (error) {
      deadline.end()
      throw failure(error)
    }
  }
}

/** A body that is on its way moves the deadline: a large upload may take its time, as long as it goes on. */
function watchUpload(
  body: StreamRequest['body'],
  deadline: Deadline,
  timeout: number,
  idleTimeout: number,
): { body: StreamRequest['body']; ignore: () => void } {
  if (!(body instanceof ReadableStream)) return { body, ignore: () => undefined }
  let isAnswered = false
  const move = (milliseconds: number): void => {
    if (!isAnswered) deadline.restart(milliseconds)
  }
  move(idleTimeout)
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        move(idleTimeout)
        controller.enqueue(chunk)
      },
      flush() {
        move(timeout)
      },
      // A fetch that is aborted may forget the body that it was sending.
    }),
    { signal: deadline.signal },
  )
  return {
    body: watched,
    ignore: () => {
      isAnswered = true
    },
  }
}

/** The chunks as they are asked for; the time runs only while somebody waits for one. */
function streamOf(
  chunks: Chunks,
  deadline: Deadline,
  idleTimeout: number,
  failure: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (): void => {
          deadline.end()
          controller.error(failure(deadline.signal.reason))
        }
        if (deadline.signal.aborted) fail()
        else deadline.signal.addEventListener('abort', fail, { once: true })
      },
      async pull(controller) {
        deadline.restart(idleTimeout)
        try {
          const next = await iterator.next()
          deadline.pause()
          if (!next.done) {
            controller.enqueue(next.value)
            return
          }
          deadline.end()
          controller.close()
        } catch (error) {
          deadline.end()
          controller.error(failure(error))
        }
      },
      cancel() {
        deadline.end()
        deadline.abort()
        // Not waited for: it would wait for the chunk that is not wanted any more.
        void Promise.resolve(iterator.return?.()).catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Compressed answers are not asked for, but some providers insist. */
async function* unzipped(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  // Nothing at all is nothing to unpack.
  if (first.done) return
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  // Errors reach the reader by the iteration.
  yield* pipeline(source(), createUnzip(), () => undefined) as AsyncIterable<Uint8Array>
}
