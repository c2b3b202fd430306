import * as code from '../bytecode.js'
import type { Case } from '../case.js'
import { ask, call, openSocket, pause, post, wordOf, wordsOf } from '../client.js'
import { callOf, traceOf } from '../contract.js'
import { endWorker } from '../target.js'

/** Rules 4 to 6: a lost engine costs one request; clients take turns; subscriptions end. */
export const loss: readonly Case[] = [
  {
    name: 'engine ended from outside',
    rule: 4,
    input: 'three times the worker of the engine ends, as by a fault of the system',
    bound: 'the request that it ran is lost and says so; fresh engine within 1 s',
    expected: ['ended'],
    endsWorkers: true,
    onlyParevm: true,
    async attack({ target }) {
      const words: string[] = []
      for (let round = 0; round < 3; round += 1) {
        words.push((await endWorker(target, 'engine')) === undefined ? 'no engine' : 'ended')
        await pause(1_500)
      }
      return words
    },
  },
  {
    name: 'pool ended from outside',
    rule: 4,
    input: 'three times a worker of the pool ends',
    bound: 'as for the engine',
    expected: ['ended', 'no pool'],
    endsWorkers: true,
    onlyParevm: true,
    async attack({ target }) {
      const words: string[] = []
      for (let round = 0; round < 3; round += 1) {
        words.push((await endWorker(target, 'pool')) === undefined ? 'no pool' : 'ended')
        await pause(1_500)
      }
      return words
    },
  },
  {
    name: 'the same again and again',
    rule: 4,
    input: '32 traces that take all that a trace may have, one after the other',
    bound: 'memory of engines is given back',
    expected: ['-32005', '-32003', '-32016'],
    isSlow: true,
    async attack({ url }) {
      const words: string[] = []
      for (let round = 0; round < 32; round += 1)
        words.push(wordOf(await post(url, traceOf(round % 2 === 0 ? code.STORES : code.LOADS))))
      return words
    },
  },
  {
    name: 'clients that leave',
    rule: 4,
    input: '200 clients that close in the middle of a body, of a queue or of an answer',
    bound: 'what nobody waits for ends',
    expected: ['left'],
    async attack({ url, random }) {
      const big = callOf(code.returns(4_000_000))
      await Promise.all(
        Array.from({ length: 200 }, async (_, at) => {
          const headers = { 'content-length': String(big.length + (at % 3 === 0 ? 10 : 0)) }
          await post(url, big, { headers, timeoutMs: random.below(1_500) })
        }),
      )
      return ['left']
    },
  },
  {
    name: 'one client asks all the time',
    rule: 5,
    input: '400 calls that use all their gas, over one connection and over 100',
    bound: 'clients take turns',
    expected: [
      'result',
      ...['-32005', '-32000', '-32003', '-32016', '-32015', '429', '503'],
      'no answer',
      'closed',
    ],
    async attack({ url }) {
      const text = callOf(code.LOOP)
      return Promise.all(
        Array.from({ length: 400 }, async (_, at) => {
          if (at % 4 !== 0) await pause(at * 5)
          return wordOf(await post(url, text, { timeoutMs: 5_000 }))
        }),
      )
    },
  },
  {
    name: 'batch of loops',
    rule: 5,
    input: 'a batch of 1,000 calls that use all their gas, whose client leaves after 3 s',
    bound: 'clients take turns; what nobody waits for is not run',
    expected: ['no answer', 'result', '-32005', '-32003', '-32000', '-32016'],
    async attack({ url }) {
      const text = `[${Array(1_000).fill(callOf(code.LOOP)).join(',')}]`
      const words = wordsOf(await post(url, text, { timeoutMs: 3_000 }))
      const start = performance.now()
      words.push(wordOf(await post(url, callOf('0x5f5ff3'))))
      const ms = performance.now() - start
      return ms > 2_000 ? [...words, `busy for ${ms.toFixed(0)} ms`] : words
    },
  },
  {
    name: 'notifications without end',
    rule: 6,
    input: '200 subscriptions of a WebSocket that does not read, and 2,000 blocks',
    bound: 'unread notifications 16 MB, then the socket is closed',
    expected: ['closed', 'few'],
    rewinds: true,
    async attack({ url }) {
      const snapshot = await ask<string>(url, 'evm_snapshot')
      const socket = await openSocket(url)
      if (typeof socket === 'number') return ['closed']
      try {
        let bytes = 0
        socket.on('message', (data: Buffer) => {
          bytes += data.length
        })
        const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)))
        for (let id = 0; id < 200; id += 1) socket.send(call('eth_subscribe', ['newHeads'], id))
        await pause(500)
        socket.pause()
        for (let round = 0; round < 20; round += 1)
          await post(url, call('evm_mine', [{ blocks: 100 }]), { timeoutMs: 10_000 })
        socket.resume()
        const isClosed = await Promise.race([closed, pause(2_000).then(() => false)])
        if (isClosed) return ['closed']
        return [bytes > 40e6 ? `${(bytes / 1e6).toFixed(0)} MB were kept` : 'few']
      } finally {
        socket.terminate()
        await ask(url, 'evm_revert', [snapshot]).catch(() => {})
      }
    },
  },
  {
    name: 'subscriptions without end',
    rule: 6,
    input: '3,000 subscriptions over one WebSocket',
    bound: 'subscriptions per client',
    expected: ['result', '-32005', 'closed'],
    needed: ['-32005'],
    onlyParevm: true,
    attack: ({ url }) => subscribe(url, 3_000),
  },
  {
    name: 'subscriptions left behind',
    rule: 6,
    input: '150 WebSockets that subscribe and vanish before the answer',
    bound: 'subscriptions end with their connection',
    expected: ['left', 'closed', '429', '503'],
    attack: ({ url }) =>
      Promise.all(
        Array.from({ length: 150 }, async () => {
          const socket = await openSocket(url)
          if (typeof socket === 'number') return socket === 0 ? 'closed' : String(socket)
          for (let id = 0; id < 20; id += 1) socket.send(call('eth_subscribe', ['newHeads'], id))
          await pause(5)
          socket.terminate()
          return 'left'
        }),
      ),
  },
  {
    name: 'filters without end',
    rule: 6,
    input: '12,000 filters over HTTP',
    bound: 'filters per node',
    expected: ['result', '-32005'],
    needed: ['-32005'],
    async attack({ url }) {
      const words: string[] = []
      const ids: string[] = []
      for (let round = 0; round < 12; round += 1) {
        const batch = Array(1_000).fill(call('eth_newBlockFilter'))
        const reply = await post(url, `[${batch.join(',')}]`)
        try {
          for (const { result, error } of JSON.parse(reply.text) as {
            result?: string
            error?: { code: number }
          }[]) {
            words.push(error === undefined ? 'result' : String(error.code))
            if (result !== undefined) ids.push(result)
          }
        } catch {
          words.push(wordOf(reply))
        }
      }
      for (let at = 0; at < ids.length; at += 1_000)
        await post(
          url,
          `[${ids
            .slice(at, at + 1_000)
            .map((id) => call('eth_uninstallFilter', [id]))
            .join(',')}]`,
        )
      return words
    },
  },
  {
    name: 'filters that are too wide',
    rule: 6,
    input:
      'filters and subscriptions of 1,001 addresses, of 1,001 topics in a position, of 5 positions',
    bound: '1,000 addresses, 1,000 topics a position, 4 positions',
    expected: ['-32602', '-32000', '-32005'],
    async attack({ url }) {
      const topic = (at: number) => `0x${at.toString(16).padStart(64, '0')}`
      const filters = [
        {
          address: Array.from(
            { length: 1_001 },
            (_, at) => `0x${at.toString(16).padStart(40, '0')}`,
          ),
        },
        { topics: [Array.from({ length: 1_001 }, (_, at) => topic(at))] },
        { topics: [null, null, null, Array.from({ length: 1_001 }, (_, at) => topic(at))] },
        { topics: [null, null, null, null, topic(1)] },
      ]
      const words: string[] = []
      for (const filter of filters)
        for (const method of ['eth_newFilter', 'eth_getLogs'])
          words.push(wordOf(await post(url, call(method, [filter]))))
      return words
    },
  },
  {
    name: 'numbers that can be guessed',
    rule: 6,
    input: 'numbers of filters and subscriptions of others',
    bound: 'random, of 64 bits at least',
    expected: ['random'],
    async attack({ url }) {
      const ids = await Promise.all(
        Array.from({ length: 8 }, async () => ask<string>(url, 'eth_newBlockFilter')),
      )
      for (const id of ids) await ask(url, 'eth_uninstallFilter', [id])
      const numbers = ids.map(BigInt).sort((one, other) => (one < other ? -1 : 1))
      const isNear = numbers.some(
        (it, at) => at > 0 && it - (numbers[at - 1] as bigint) < 2n ** 32n,
      )
      return [isNear ? 'guessed' : 'random']
    },
  },
  {
    name: 'subscription of another',
    rule: 6,
    input: 'eth_unsubscribe of the subscription of another client',
    bound: 'owned by its connection',
    expected: ['false'],
    async attack({ url }) {
      const [owner, other] = [await openSocket(url), await openSocket(url)]
      if (typeof owner === 'number' || typeof other === 'number') return ['closed']
      const answer = (socket: typeof owner, text: string) =>
        new Promise<{ result?: unknown }>((resolve) => {
          socket.once('message', (data) => resolve(JSON.parse(String(data))))
          socket.once('close', () => resolve({}))
          socket.send(text)
        })
      const { result: id } = await answer(owner, call('eth_subscribe', ['newHeads']))
      const { result } = await answer(other, call('eth_unsubscribe', [id]))
      owner.terminate()
      other.terminate()
      return [String(result)]
    },
  },
]

async function subscribe(url: string, count: number): Promise<string[]> {
  const socket = await openSocket(url)
  if (typeof socket === 'number') return [String(socket)]
  const words: string[] = []
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { error } = JSON.parse(String(data)) as { error?: { code: number } }
      words.push(error === undefined ? 'result' : String(error.code))
      if (words.length === count) resolve()
    })
    socket.once('close', () => resolve())
  })
  for (let id = 0; id < count; id += 1) socket.send(call('eth_subscribe', ['newHeads'], id))
  await Promise.race([done, pause(10_000)])
  socket.terminate()
  return words
}
