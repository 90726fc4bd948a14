import { lockCases } from './tokenStoreLocks.js'
import { recordCases } from './tokenStoreRecords.js'
import type { TokenStoreCase } from './tokenStoreCase.js'

/**
 * What every token store must do, as cases for any test runner:
 * `for (const { name, run } of tokenStoreContract) test(name, () => run(store, sameStoreFromAnotherProcess))`.
 */
export const tokenStoreContract: readonly TokenStoreCase[] = [...recordCases, ...lockCases]
