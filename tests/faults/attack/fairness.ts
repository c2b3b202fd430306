import { LOOP } from './bytecode.js'
import { openSocket, pause, post } from './client.js'
import { callOf } from './contract.js'
import { type Crowd, type Figures, figuresOf } from './crowd.js'

/** What honest clients saw alone, and beside one that asks all the time. */
export type Fairness = {
  quiet: Figures
  /** One client over a WebSocket, with one call after the other. */
  beside: Figures
  /** The same with 50 calls under way, over HTTP. */
  besideMany: Figures
  failures: string[]
}

/** The p99 may be this many times that of a quiet server. */
const MOST_TIMES = 10
const EACH_MS = 6_000

/** Measures whether clients take turns: one asks for as much as it can while honest ones ask for little. */
export async function measureFairness(url: string, crowd: Crowd): Promise<Fairness> {
  const text = callOf(LOOP)
  const seen = async (work: () => Promise<void>) => {
    crowd.go()
    await work()
    return figuresOf(await crowd.rest())
  }
  const quiet = await seen(() => pause(EACH_MS))
  const beside = await seen(async () => {
    const socket = await openSocket(url)
    if (typeof socket === 'number') return
    const until = Date.now() + EACH_MS
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    while (Date.now() < until && socket.readyState === socket.OPEN) {
      const answer = new Promise<void>((resolve) => socket.once('message', () => resolve()))
      socket.send(text)
      await Promise.race([answer, closed])
    }
    socket.terminate()
  })
  const besideMany = await seen(async () => {
    const until = Date.now() + EACH_MS
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        while (Date.now() < until)
          await post(url, text, { timeoutMs: Math.max(1, until - Date.now()) })
      }),
    )
  })
  const failures = Object.entries({ beside, besideMany }).flatMap(
    ([name, { p99, failed, lost }]) => [
      ...(p99 > quiet.p99 * MOST_TIMES
        ? [`${name}: p99 ${p99.toFixed(0)} ms, ${(p99 / quiet.p99).toFixed(0)} times the quiet one`]
        : []),
      ...(failed + lost > 0 ? [`${name}: ${failed + lost} honest requests failed`] : []),
    ],
  )
  return { quiet, beside, besideMany, failures }
}
