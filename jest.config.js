import { createDefaultEsmPreset } from 'ts-jest'

/** @type {import('jest').Config} */
export default {
  ...createDefaultEsmPreset({ tsconfig: 'tsconfig.json' }),
  testEnvironment: 'node',
  // Ends tests that hang, and none because the machine is slow: the slowest takes half a minute on two quiet cores.
  testTimeout: 300_000,
  // Tests wait more than they compute: for browsers, servers, and minutes that have to pass.
  maxWorkers: 3,
  setupFiles: ['<rootDir>/test/support/keptConnections.ts'],
  roots: ['<rootDir>/test'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  reporters: ['default', '<rootDir>/test/support/leftOut.js'],
}
