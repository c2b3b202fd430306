import { expect, test } from 'vitest'
import { publicApi } from './publicApi.js'

/** `npx vitest run --project node tests/node/publicApi.test.ts -u` writes the file: its diff is that of the API. */
test('the public API is that of the checked-in list', async () => {
  const api = publicApi(new URL('../../dist/js/src/index.d.ts', import.meta.url))
  await expect(`${api}\n`).toMatchFileSnapshot('publicApi.txt')
})
