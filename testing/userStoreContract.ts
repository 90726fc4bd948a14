import { accountCases } from './userStoreAccounts.js'
import type { UserStoreCase } from './userStoreCase.js'
import { emailCases } from './userStoreEmails.js'
import { userCases } from './userStoreUsers.js'

/**
 * What every user store must do, as cases for any test runner:
 * `for (const { name, run } of userStoreContract) test(name, () => run(store, sameStoreFromAnotherProcess))`.
 */
export const userStoreContract: readonly UserStoreCase[] = [...userCases, ...accountCases, ...emailCases]
