import { defineConfig } from 'vitest/config'

/** Blocks take seconds on a slow machine, and a browser seconds to start. */
const testTimeout = 120_000
/** Tests that drive a browser. All others below `tests` run in Node, in both of its lines. */
const browsers = ['tests/browser/**/*.test.ts', 'tests/**/*.browser.test.ts']

/** Tests with clients that are installed for themselves: `npm run clients`. */
const clients = 'tests/clients/**/*.test.ts'

/** What attacks an engine for minutes. It needs no second Node: the engine and its bounds are the same. */
const attacks = process.env.SECOND_NODE ? ['tests/node/{attack,hostile}.test.ts'] : []

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['js/**/*.test.ts'] } },
      // One file at a time: engines take all cores, and time limits are part of the tests.
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: [...browsers, ...attacks, clients, '**/node_modules'],
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
