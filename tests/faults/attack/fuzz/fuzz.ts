import type { Case, Ground } from '../case.js'
import { call, pause, post, sendRaw, wordsOf } from '../client.js'
import { collect, figuresOf } from '../crowd.js'
import type { Random } from '../random.js'
import { startTarget } from '../target.js'
import { frameBytes, handshake } from './frames.js'
import { httpBytes, mutate } from './http.js'
import { METHODS, paramsOf, READS } from './methods.js'

/** How long one fuzz takes as a case. */
const FUZZ_MS = 3_000

/** Sends requests of JSON-RPC by structure until it is stopped. */
export async function fuzzMethods(
  url: string,
  random: Random,
  methods: readonly string[],
  goesOn: () => boolean,
): Promise<string[]> {
  const words: string[] = []
  while (goesOn()) {
    const one = () => {
      const method = random.of(methods)
      return call(
        method,
        paramsOf(random, method),
        random.oneIn(20) ? random.of<unknown>(['a', null, 1.5, {}, undefined]) : 1,
      )
    }
    const text = random.oneIn(10)
      ? `[${Array.from({ length: random.below(20) }, one).join(',')}]`
      : one()
    const body = random.oneIn(12) ? Buffer.from(mutate(random, text)) : text
    for (const word of wordsOf(await post(url, body))) words.push(word === '204' ? 'result' : word)
  }
  return words
}

/** Sends bytes that resemble HTTP. */
export async function fuzzHttp({ port, random }: Ground, goesOn: () => boolean): Promise<string[]> {
  const words: string[] = []
  while (goesOn()) {
    const parts = httpBytes(random, port)
    const { status, closed } = await sendRaw(port, parts, 150)
    words.push(status > 0 ? String(status) : closed ? 'closed' : 'open')
  }
  return words
}

/** Sends frames that no client should send. */
export async function fuzzFrames(
  { port, random }: Ground,
  goesOn: () => boolean,
): Promise<string[]> {
  const words: string[] = []
  while (goesOn()) {
    const frames = frameBytes(random).map((frame) =>
      random.oneIn(10) ? mutate(random, Buffer.from(frame).toString('latin1')) : frame,
    )
    const { status, closed } = await sendRaw(
      port,
      [handshake(random, port), Buffer.concat(frames)],
      150,
    )
    words.push(closed ? 'closed' : status === 101 ? 'open' : String(status))
  }
  return words
}

/** Returns what is true for so long. */
function during(ms: number): () => boolean {
  const until = performance.now() + ms
  return () => performance.now() < until
}

/** Several at a time, each with its own time. */
async function several(count: number, work: () => Promise<string[]>): Promise<string[]> {
  return (await Promise.all(Array.from({ length: count }, work))).flat()
}

const HTTP_ENDS = ['closed', 'open', '101', '200', '204', '100', 'refused', '501', '505']

/** Fuzzes as cases: seeded, and the seed is printed with the results. */
export const fuzzes: readonly Case[] = [
  {
    name: 'fuzz of reads',
    rule: 3,
    input: `requests by structure for the ${READS.length} methods that change nothing, broken ones among them`,
    bound: 'each is refused or answered',
    expected: ['result', 'refused', '3', '4', '5', '6'],
    attack: ({ url, random }) => {
      const goesOn = during(FUZZ_MS)
      return several(4, () => fuzzMethods(url, random, READS, goesOn))
    },
  },
  {
    name: 'fuzz of all methods',
    rule: 3,
    input: `requests by structure for all ${METHODS.length} methods, on a server of its own`,
    bound: 'each is refused or answered',
    expected: ['result', 'refused', '3', '4', '5', '6'],
    isApart: true,
    async attack({ random, target: { kind } }) {
      const target = await startTarget({ kind })
      const crowd = await collect(target.url, 2, true)
      try {
        crowd.go()
        const goesOn = during(FUZZ_MS)
        const words = await several(4, () => fuzzMethods(target.url, random, METHODS, goesOn))
        await pause(100)
        const { failures, max, lost } = figuresOf(await crowd.rest())
        if (target.exit !== undefined) words.push(`the server ended (${target.exit})`)
        if (failures[0] !== undefined) words.push(`honest: ${failures[0]}`)
        if (lost > 0) words.push(`honest: ${lost} lost`)
        if (max > 1_000) words.push(`honest: ${max.toFixed(0)} ms`)
        return words
      } finally {
        await crowd.stop()
        await target.stop()
      }
    },
  },
  {
    name: 'fuzz of HTTP',
    rule: 2,
    input: 'request lines, headers, lengths, chunks and pipelines, broken in every part',
    bound: 'each is refused, answered or closed',
    expected: HTTP_ENDS,
    attack: (ground) => {
      const goesOn = during(FUZZ_MS)
      return several(8, () => fuzzHttp(ground, goesOn))
    },
  },
  {
    name: 'fuzz of frames',
    rule: 2,
    input: 'WebSocket frames: opcodes, fragments, masks, lengths, control frames',
    bound: 'each is answered or its socket closed',
    expected: HTTP_ENDS,
    attack: (ground) => {
      const goesOn = during(FUZZ_MS)
      return several(8, () => fuzzFrames(ground, goesOn))
    },
  },
]
