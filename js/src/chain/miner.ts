import type { Chain } from './chain.js'

/** Longest delay of a timer, 25 days; a longer one would fire at once. */
const MOST_TIMER_MS = 2 ** 31 - 1

/** Asks for a block every so often: the node has no timer. */
export type Miner = {
  /** Sets the pace in seconds; with `null` no blocks are asked for. */
  pace(seconds: number | null): void
}

/** Returns a miner for `chain`. It does not keep a Node.js process alive. */
export function createMiner(chain: Pick<Chain, 'request'>): Miner {
  let seconds: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const wait = () => {
    if (seconds === null) return
    timer = setTimeout(mine, Math.min(seconds * 1000, MOST_TIMER_MS))
    if (typeof timer === 'object') timer.unref()
  }
  const mine = async () => {
    const own = timer
    // One after the other: a slow block must not pile up others behind it.
    await chain.request('evm_mine').catch(() => {
      // The engine was lost or closed. If it comes back, so does the next block.
    })
    if (own === timer) wait()
  }
  return {
    pace(next) {
      if (next === seconds) return
      seconds = next
      clearTimeout(timer)
      timer = undefined
      wait()
    },
  }
}
