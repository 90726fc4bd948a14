export type Jose = typeof import('jose')

let loaded: Promise<Jose> | undefined

/** jose, loaded when a token first has to be verified. */
export function loadJose(): Promise<Jose> {
  loaded ??= import('jose')
  return loaded
}
