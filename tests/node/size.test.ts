import { expect, test } from 'vitest'

// Scripts have no declarations.
const { judge, measureAll } = await import(new URL('../../scripts/size.mjs', import.meta.url).href)
const recorded = await import('../../bench/size.json', { with: { type: 'json' } })

test('nothing that is downloaded has grown by more than 2 %', async () => {
  const sizes = await measureAll()
  expect(Object.keys(sizes).sort()).toEqual(Object.keys(recorded.default).sort())
  expect(judge(sizes, recorded.default)).toEqual([])
}, 120_000)

test('growth is seen', () => {
  const before = { 'parevm.js': { raw: 1_000, gzip: 400, brotli: 300 } }
  expect(judge({ 'parevm.js': { raw: 1_020, gzip: 999, brotli: 306 } }, before)).toEqual([])
  expect(judge({ 'parevm.js': { raw: 1_021, gzip: 400, brotli: 307 } }, before)).toHaveLength(2)
  expect(judge({ 'other.js': { raw: 1, gzip: 1, brotli: 1 } }, before)).toHaveLength(1)
})
