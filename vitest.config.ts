import { defineConfig } from 'vitest/config'

/** Blocks take seconds on a slow machine, and a browser seconds to start. */
const testTimeout = 120_000
/** Tests that drive a browser. All others below `tests` run in Node. */
const browsers = ['tests/browser/**/*.test.ts', 'tests/**/*.browser.test.ts']

/** Tests with clients that are too large to install for every run: `npm run clients`. */
const clients = 'tests/clients/**/*.test.ts'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['js/**/*.test.ts'] } },
      // One file at a time: engines take all cores, and time limits are part of the tests.
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: [...browsers, clients, '**/node_modules'],
          fileParallelism: false,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
      {
        test: {
          name: 'browser',
          include: browsers,
          fileParallelism: false,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
      {
        test: {
          name: 'clients',
          include: [clients],
          fileParallelism: false,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
    ],
  },
})
