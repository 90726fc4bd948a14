import { whenUsed } from '../../base/awaitable.js'

export type Jose = typeof import('jose')

/** jose, loaded when a token first has to be verified. */
export const loadJose = whenUsed<Jose>(() => import('jose'))
