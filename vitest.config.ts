import { defineConfig } from 'vitest/config'

/** Blocks take seconds on a slow machine, and a browser seconds to start. */
const testTimeout = 120_000

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['js/**/*.test.ts'] } },
      // One file at a time: engines take all cores, and time limits are part of the tests.
      {
        test: {
          name: 'node',
          include: ['tests/node/**/*.test.ts'],
          fileParallelism: false,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout,
          hookTimeout: testTimeout,
        },
      },
    ],
  },
})
