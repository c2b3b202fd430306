import { Agent } from 'node:http'
import * as code from './bytecode.js'
import type { Case, Ground } from './case.js'
import { slow } from './cases/connections.js'
import { ask, call, openSocket, pause, post, wordOf, wordOfAnswer } from './client.js'
import { ALICE, BOB, CONTRACT, callOf, requestOf, traceOf } from './contract.js'
import { type Crowd, type Figures, figuresOf } from './crowd.js'
import { fuzzFrames, fuzzHttp, fuzzMethods } from './fuzz/fuzz.js'
import { READS } from './fuzz/methods.js'
import type { Random } from './random.js'
import { endWorker, vitals } from './target.js'

/** Outcome of the soak. */
export type Soak = {
  seconds: number
  /** Requests that were neither honest nor of a fuzz, by the word with which they ended. */
  ends: Record<string, number>
  honest: Figures
  /** Transactions of the ledger, and how often it was brought back to its beginning. */
  ledger: { sent: number; reverted: number }
  endedWorkers: number
  peak: number
  failures: string[]
}

/** The 26 kinds of request that ten clients send in turn. */
const KINDS: readonly ((random: Random) => string)[] = [
  () => call('eth_chainId'),
  () => call('eth_blockNumber'),
  () => call('eth_gasPrice'),
  () => call('eth_getBalance', [ALICE, 'latest']),
  () => call('eth_getTransactionCount', [BOB, 'pending']),
  () => call('eth_getCode', [CONTRACT, 'latest']),
  (random) => call('eth_getStorageAt', [CONTRACT, random.hex(32), 'latest']),
  () => call('eth_getProof', [ALICE, [`0x${'0'.repeat(64)}`], 'latest']),
  () => call('eth_getBlockByNumber', ['latest', true]),
  () => call('eth_getBlockReceipts', ['latest']),
  () => call('eth_feeHistory', ['0x5', 'latest', [25, 75]]),
  () => call('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }]),
  (random) => callOf(code.returns(random.below(100_000))),
  (random) => callOf(random.of([code.LOOP, code.HASHES, code.STORES, code.GROWS])),
  (random) => callOf(random.hex(random.below(300))),
  () => requestOf('eth_estimateGas', '0x5f5ff3'),
  () => requestOf('eth_createAccessList', '0x5f545f5ff3'),
  (random) => traceOf(random.hex(random.below(300)), { tracer: 'callTracer' }),
  () => traceOf(code.returns(32), { tracer: 'prestateTracer' }),
  (random) => traceOf(random.of<code.Hex>(['0x5f5ff3', code.STORES, code.GROWS])),
  () =>
    call('eth_simulateV1', [
      { blockStateCalls: [{ calls: [{ from: ALICE, to: BOB, value: '0x1' }] }] },
      'latest',
    ]),
  () => call('parevm_simulate', [{ calls: [{ from: ALICE, to: BOB, value: '0x1' }] }, 'latest']),
  () => call('personal_sign', ['0x1234', ALICE]),
  (random) => call('web3_sha3', [random.hex(random.below(2_000))]),
  () => call('eth_newBlockFilter'),
  () =>
    `[${Array(20)
      .fill(call('eth_getBalance', [BOB, 'latest']))
      .join(',')}]`,
]

/** What is under way at the end has so long to end. */
const LATE_MS = 150_000

const CLIENTS = 10
const LEDGER_REVERTS_MS = 60_000
const WORKER_ENDS_MS = 20_000
const CASE_EVERY_MS = 10_000

/** Attacks for so long in every way at once, while honest clients ask. */
export async function soak(parameters: soak.Parameters): Promise<Soak> {
  const { ground, crowd, cases, seconds, onMinute } = parameters
  const { url, port, random, target } = ground
  const start = performance.now()
  const goesOn = () => performance.now() - start < seconds * 1_000 && target.exit === undefined
  const ends: Record<string, number> = {}
  const count = (words: readonly string[]) => {
    for (const word of words) ends[word] = (ends[word] ?? 0) + 1
  }
  const failures: string[] = []
  let peak = 0
  let endedWorkers = 0

  const client = async (at: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (goesOn()) {
      const text = random.of(KINDS)(random)
      if (at % 3 !== 0) count([wordOf(await post(url, text, { agent }))])
      else count(await overSocket(url, text))
      await pause(random.below(60))
    }
    agent.destroy()
  }
  const vanishing = async () => {
    while (goesOn()) {
      const text = callOf(code.returns(random.below(4_000_000)))
      const cut = random.oneIn(2) ? String(text.length + 10) : undefined
      await post(url, text, {
        headers: { 'content-length': cut },
        timeoutMs: 1 + random.below(150),
      })
      const socket = await openSocket(url)
      if (typeof socket !== 'number') {
        socket.send(random.oneIn(2) ? text : call('eth_subscribe', ['newHeads']))
        await pause(random.below(50))
        socket.terminate()
      }
      await pause(100)
    }
  }
  const ending = async () => {
    for (let next = WORKER_ENDS_MS; goesOn(); await pause(100)) {
      if (performance.now() - start < next) continue
      next += WORKER_ENDS_MS
      if ((await endWorker(target, random.oneIn(3) ? 'pool' : 'engine')) !== undefined)
        endedWorkers += 1
    }
  }
  const replaying = async () => {
    while (goesOn()) {
      const one = random.of(cases)
      count(await one.attack(ground).catch(() => ['attack failed']))
      await pause(
        Math.min(CASE_EVERY_MS, Math.max(0, seconds * 1_000 - (performance.now() - start))),
      )
    }
  }
  const gently = (fuzz: (goesOn: () => boolean) => Promise<string[]>) => async () => {
    while (goesOn()) {
      const until = performance.now() + 500
      await fuzz(() => performance.now() < until)
      await pause(500)
    }
  }
  const watching = async () => {
    for (let minute = 1; goesOn(); await pause(250)) {
      peak = Math.max(peak, vitals(target.pid).rss)
      if (performance.now() - start < minute * 60_000) continue
      onMinute?.(
        `${minute} min: ${JSON.stringify(ends)}, rss ${(vitals(target.pid).rss / 1e6).toFixed(0)} MB`,
      )
      minute += 1
    }
  }
  const trickling = async () => {
    while (goesOn()) {
      const leftMs = seconds * 1_000 - (performance.now() - start)
      count(await slow(port, 30, Math.min(40_000, leftMs)))
      await pause(100)
    }
  }
  const ledger = { sent: 0, reverted: 0 }
  const started = await beginLedger(url).catch(() => undefined)
  if (started === undefined) failures.push('the ledger could not be opened')
  crowd.go()
  const tasks = [
    ...Array.from({ length: CLIENTS }, (_, at) => client(at)),
    vanishing(),
    vanishing(),
    ending(),
    replaying(),
    watching(),
    ...(started === undefined ? [] : [keepLedger({ url, goesOn, ledger, failures, started })]),
    gently((until) => fuzzMethods(url, random, READS, until))(),
    gently((until) => fuzzHttp(ground, until))(),
    gently((until) => fuzzFrames(ground, until))(),
    trickling(),
  ]
  const all = Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => failures.push(`the attack failed: ${error}`)),
    ),
  )
  const late = pause(seconds * 1_000 + LATE_MS).then(() => 'late')
  if ((await Promise.race([all, late])) === 'late') failures.push('the soak did not end')
  const honest = figuresOf(await crowd.rest())
  if (target.exit !== undefined)
    failures.push(`the server ended (${target.exit}): ${target.stderr().slice(-600)}`)
  if (honest.failed > 0)
    failures.push(`${honest.failed} honest requests failed: ${honest.failures.join('; ')}`)
  if (honest.lost > endedWorkers * MOST_LOST)
    failures.push(`${honest.lost} honest requests were lost with ${endedWorkers} workers`)
  if (honest.max > HONEST_MS) failures.push(`an honest request took ${honest.max.toFixed(0)} ms`)
  const took = (performance.now() - start) / 1_000
  return { seconds: took, ends, honest, ledger, endedWorkers, peak, failures }
}

export declare namespace soak {
  type Parameters = {
    ground: Ground
    crowd: Crowd
    /** Cases of which one is run every ten seconds. */
    cases: readonly Case[]
    seconds: number
    onMinute?: ((line: string) => void) | undefined
  }
}

/** An honest request that takes longer is hindered. */
const HONEST_MS = 1_000
/** Honest requests that one worker may take with it: one for each that runs side by side. */
const MOST_LOST = 2

/** Sends a text over a WebSocket of its own. */
async function overSocket(url: string, text: string): Promise<string[]> {
  const socket = await openSocket(url)
  if (typeof socket === 'number') return [socket === 0 ? 'closed' : String(socket)]
  const word = await new Promise<string>((resolve) => {
    socket.once('message', (data) => {
      const answer = JSON.parse(String(data))
      resolve(Array.isArray(answer) ? 'result' : wordOfAnswer(answer))
    })
    socket.once('close', () => resolve('closed'))
    setTimeout(() => resolve('no answer'), 30_000).unref()
    socket.send(text)
  })
  socket.terminate()
  return [word]
}

/** Account of the ledger, its first nonce, and the snapshot to come back to. */
type LedgerBegin = { account: string; first: number; snapshot: string }

async function beginLedger(url: string): Promise<LedgerBegin> {
  const accounts = await ask<string[]>(url, 'eth_accounts')
  const account = accounts.at(-1) ?? ALICE
  const snapshot = await ask<string>(url, 'evm_snapshot')
  return { account, first: await nonceOf(url, account), snapshot }
}

async function nonceOf(url: string, account: string): Promise<number> {
  return Number(await ask<string>(url, 'eth_getTransactionCount', [account, 'latest']))
}

/** Somebody who develops: a transaction each second, whose nonces are never lost, and from time to time a revert. */
async function keepLedger(parameters: {
  url: string
  goesOn: () => boolean
  ledger: Soak['ledger']
  failures: string[]
  started: LedgerBegin
}): Promise<void> {
  const { url, goesOn, ledger, failures } = parameters
  const { account, first } = parameters.started
  let { snapshot } = parameters.started
  let expected = first
  let next = performance.now() + LEDGER_REVERTS_MS
  while (goesOn()) {
    await pause(1_000)
    try {
      const payment = { from: account, to: BOB, value: '0x1', nonce: `0x${expected.toString(16)}` }
      const hash = await ask<string>(url, 'eth_sendTransaction', [payment])
      expected += 1
      ledger.sent += 1
      for (let round = 0; round < 20; round += 1) {
        if ((await ask(url, 'eth_getTransactionReceipt', [hash])) !== null) break
        await pause(50)
      }
      if (performance.now() > next) {
        next = performance.now() + LEDGER_REVERTS_MS
        if (!(await ask(url, 'evm_revert', [snapshot]))) failures.push('a snapshot was lost')
        snapshot = await ask(url, 'evm_snapshot')
        expected = first
        ledger.reverted += 1
      }
      const nonce = await nonceOf(url, account)
      if (nonce !== expected) failures.push(`the ledger has ${nonce} transactions, not ${expected}`)
      expected = nonce
    } catch {
      // Its request was the one that went with its engine: it may have happened or not.
      const nonce = await nonceOf(url, account).catch(() => expected)
      if (nonce !== first && nonce !== expected && nonce !== expected + 1)
        failures.push(`the ledger has ${nonce} transactions, not ${expected}`)
      expected = nonce
    }
  }
  await ask(url, 'evm_revert', [snapshot]).catch(() => {})
}
