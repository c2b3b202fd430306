import { expect, test } from 'vitest'
import { loadModule } from './loadModule.js'

test('a module that does not load is an error that names it', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module')
  await expect(loadModule('ox/AbiFunction', () => Promise.reject(cause))).rejects.toMatchObject({
    name: 'ModuleUnavailableError',
    code: 'MODULE_UNAVAILABLE',
    url: 'ox/AbiFunction',
    cause,
  })
})
