/** A value, or a promise of it where it has to be waited for. */
export type Awaitable<T> = T | Promise<T>

/**
 * Goes on with a value: at once where it is at hand, else when it has come. Every request passes here, and most find all they need at
 * hand: waiting all the same would cost them more than the rest of their way.
 */
export function withValue<T, Result>(value: Awaitable<T>, goOn: (value: T) => Awaitable<Result>): Awaitable<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}

/** All of several values, at once where none has to be waited for. */
export function allValues<T>(values: readonly Awaitable<T>[]): Awaitable<T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[])
}

/** What is loaded when it is first used, and then is at hand. Where loading it fails, the next use tries again. */
export function whenUsed<Loaded>(load: () => Promise<Loaded>): () => Awaitable<Loaded> {
  let loaded: Loaded | undefined
  return () => loaded ?? load().then((late) => (loaded = late))
}
