import { expect, test } from 'vitest'
import './index.js'

test('importing starts nothing', () => {
  // No worker, no fetch: a module that does either at import breaks servers and bundlers.
  expect(process.getActiveResourcesInfo().includes('Worker')).toBe(false)
})
