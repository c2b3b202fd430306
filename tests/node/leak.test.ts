import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { type Life, live } from '../faults/life.js'

const MEBIBYTE = 2 ** 20
/** A worker or an instance of the wasm that stays takes 4 MiB or more each time: 200 of them, 800 MiB. */
const MAX_RESIDENT = 64 * MEBIBYTE
/** 200 listeners, timers or engines of the supervisor take more. */
const MAX_HEAP = 2 * MEBIBYTE

/** Lives before the first measurement: caches and the compilers of V8 take their memory. */
const WARM_UP = 15

const engines = [
  { name: 'threads', options: { build: 'threads', threads: 2 } },
  { name: 'single', options: { build: 'single', threads: 1 } },
  { name: "caller's thread", options: { worker: false } },
] as const

describe.each(engines)('$name', ({ name, options }) => {
  const lives: [Life, number][] = [
    ['closed', 200],
    ['besideAnother', 40],
    ['aborted', 40],
  ]
  // There is nothing to kill in the caller's thread.
  if (name !== "caller's thread") lives.push(['killed', 40])

  test.each(lives)('an engine that is %s leaves nothing behind, %i times', async (life, count) => {
    await live(life, options, WARM_UP)
    const before = await measure()
    expect(await live(life, options, count)).toEqual([])
    const after = await measure()
    expect(after.resources).toEqual(before.resources)
    expect(after.heap - before.heap).toBeLessThan(MAX_HEAP)
    expect(after.resident - before.resident).toBeLessThan(MAX_RESIDENT)
  })
})

/** Measures this process after a collection of garbage. */
async function measure() {
  for (let round = 0; round < 5; round += 1) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo().sort()
  return { resources, heap: heapUsed + external, resident: rss }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
