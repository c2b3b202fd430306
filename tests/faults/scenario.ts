import { enterLab, type Lab } from './lab.js'

/** End of a call: its value or error, and its milliseconds after the incident. */
type End =
  | { name: string; code: string; message: string; ms: number }
  | { value: unknown; ms: number }

/**
 * Scenarios of everything that can happen to a worker. Each runs in Node.js and in a page, with either
 * build, and returns what `expectEnds` compares.
 */
const scenarios = {
  async killedEngine(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    // Fetched first: both requests must be pending when the worker dies.
    const fixture = await lab.fixture('19933122')
    const pending = [ending(fault('hang')), ending(evm.executeBlock({ fixture }))]
    await soon()
    lab.workers.find(({ name }) => name.includes('engine'))?.kill()
    happened()
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  async killedPoolWorker(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    // Fetched first: both requests must be pending when the worker dies.
    const fixture = await lab.fixture('19933122')
    const pending = [ending(fault('hang')), ending(evm.executeBlock({ fixture }))]
    await soon()
    lab.workers.findLast(({ name }) => name.includes('pool'))?.kill()
    happened()
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  /** A pool worker dies while the engine waits for its pool, in wasm. */
  async killedPoolWorkerAtWork(lab: Lab, build: Build) {
    const { evm, longCall } = await lab.breakable(build)
    const fixture = await lab.fixture('19933122')
    const pending = [ending(longCall(fixture)), ending(evm.executeBlock({ fixture }))]
    await soon()
    await soon()
    lab.workers.findLast(({ name }) => name.includes('pool'))?.kill()
    happened()
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  /** A helper dies while workers without shared memory execute a block by its access list. */
  async killedHelper(lab: Lab, build: Build) {
    const { evm } = await lab.breakable(build)
    const fixture = await lab.fixture('21429063')
    const pending = [
      ending(evm.executeBlock({ fixture, executor: 'bal' })),
      ending(evm.executeBlock({ fixture })),
    ]
    happened()
    lab.workers.findLast(({ name }) => name.includes('pool'))?.kill()
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  /** The death of an engine without requests must be noticed, too. */
  async killedIdleEngine(lab: Lab, build: Build) {
    const { evm } = await lab.breakable(build)
    for (const worker of lab.workers) worker.kill()
    await soon()
    return { ends: [], after: await works(lab, evm) }
  },

  async panicInEngine(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    const fixture = await lab.fixture('19933122')
    const pending = [ending(fault('panicInEngine')), ending(evm.executeBlock({ fixture }))]
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  async panicInPool(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    const fixture = await lab.fixture('19933122')
    const pending = [ending(fault('panicInPool')), ending(evm.executeBlock({ fixture }))]
    return { ends: await Promise.all(pending), after: await works(lab, evm) }
  },

  /** A committed change survives the engine. */
  async chainOutlivesPanic(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable({ ...build, chain: { id: 7 } })
    const before = await changeChain(evm)
    const ends = [await ending(fault('panicInEngine')), await ending(isSame(evm, before))]
    return { ends, after: await works(lab, evm) }
  },

  async chainOutlivesKill(lab: Lab, build: Build) {
    const { evm } = await lab.breakable({ ...build, chain: { id: 7 } })
    const before = await changeChain(evm)
    for (const worker of lab.workers) worker.kill()
    await soon()
    return { ends: [await ending(isSame(evm, before))], after: await works(lab, evm) }
  },

  async engineScriptMissing(lab: Lab, build: Build) {
    lab.breakScript('engine')
    const ends = [await ending(lab.createEvm(build))]
    lab.breakScript(undefined)
    return { ends, after: await works(lab, await lab.createEvm(build)) }
  },

  async poolScriptMissing(lab: Lab, build: Build) {
    lab.breakScript('pool-1')
    const ends = [await ending(lab.createEvm(build))]
    lab.breakScript(undefined)
    return { ends, after: await works(lab, await lab.createEvm(build)) }
  },

  async workerRefused(lab: Lab, build: Build) {
    lab.refuse(build.build === 'threads' ? 'pool-1' : 'engine')
    const ends = [await ending(lab.createEvm(build))]
    lab.refuse(undefined)
    return { ends, after: await works(lab, await lab.createEvm(build)) }
  },

  /** The engine dies, and its first restart fails. */
  async restartFails(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    lab.breakScript('engine')
    const ends = [await ending(fault('panicInEngine')), await ending(execute(lab, evm))]
    lab.breakScript(undefined)
    return { ends, after: await works(lab, evm) }
  },

  async moduleMissing(lab: Lab, build: Build) {
    lab.hideModule(true)
    // Engines share the module of a URL, and an earlier one has compiled that of the package.
    const fresh = new URL(`../../dist/wasm/${build.build}/parevm_bg.wasm?fresh`, import.meta.url)
    const wasm = { [build.build]: fresh }
    const ends = [await ending(lab.createEvm({ ...build, wasm }))]
    lab.hideModule(false)
    return { ends, after: await works(lab, await lab.createEvm(build)) }
  },

  async closedDuringCalls(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    const pending = [ending(fault('hang')), ending(execute(lab, evm))]
    await soon()
    happened()
    const closed = ending(evm.close())
    const ends = await Promise.all([...pending, closed, ending(evm.close())])
    ends.push(await ending(execute(lab, evm)))
    return { ends, after: undefined }
  },

  /** The engine ends the block early and serves the next one: no worker is restarted. */
  async abortedDuringBlock(lab: Lab, build: Build) {
    const { evm } = await lab.breakable(build)
    const controller = new AbortController()
    let progress = 0
    const call = evm.executeBlock({
      fixture: await lab.fixture('13217637'),
      signal: controller.signal,
      onProgress() {
        progress += 1
        happened()
        controller.abort(new DOMException('no longer wanted', 'AbortError'))
      },
    })
    const ends = [await ending(call)]
    const started = lab.workers.length
    const after = await works(lab, evm)
    return { ends, after, progress, restarted: lab.workers.length !== started }
  },

  async abortedInQueue(lab: Lab, build: Build) {
    const { evm } = await lab.breakable(build)
    const fixture = await lab.fixture('19933122')
    const first = ending(evm.executeBlock({ fixture }).then((block) => block.gasUsed))
    const second = ending(evm.executeBlock({ fixture, signal: AbortSignal.timeout(0) }))
    const third = ending(
      evm.executeBlock({ fixture, signal: AbortSignal.abort(new Error('never')) }),
    )
    return { ends: await Promise.all([first, second, third]), after: await works(lab, evm) }
  },

  /** A request that does not end after its abort is ended with its worker. */
  async abortedWhileHanging(lab: Lab, build: Build) {
    const { evm, fault } = await lab.breakable(build)
    const controller = new AbortController()
    const call = ending(fault('hang', controller.signal))
    await soon()
    happened()
    controller.abort(new Error('no longer wanted'))
    return { ends: [await call], after: await works(lab, evm) }
  },
}

export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]

/** Build under test: threads, or the single build, alone or with helpers. */
export type Build = { build: 'threads' | 'single'; threads: number }

/** Runs one scenario in a lab of its own. */
export async function play(name: ScenarioName, build: Build) {
  const lab = enterLab()
  try {
    return await scenarios[name](lab, build)
  } finally {
    lab.leave()
  }
}

/** Time of the incident of the scenario. */
let incidentAt = 0

function happened() {
  incidentAt = performance.now()
}

async function ending(call: Promise<unknown>): Promise<End> {
  const start = performance.now()
  const ms = () => Math.round(performance.now() - Math.max(start, incidentAt))
  try {
    const value = await call
    return { value: typeof value === 'bigint' ? Number(value) : 'done', ms: ms() }
  } catch (error) {
    const { name, code, message } = error as Error & { code: string }
    return { name, code, message, ms: ms() }
  }
}

async function execute(lab: Lab, evm: Awaited<ReturnType<Lab['createEvm']>>) {
  const fixture = await lab.fixture('19933122')
  return (await evm.executeBlock({ fixture })).gasUsed
}

type Engine = Awaited<ReturnType<Lab['createEvm']>>

/** Changes the chain in several ways and returns its state as text. */
async function changeChain({ provider }: Engine): Promise<string> {
  const ask = <T>(method: string, ...params: unknown[]) =>
    provider.request<T>({ method, params: params as [] })
  const [from] = await ask<string[]>('eth_accounts')
  const filter = await ask<string>('eth_newBlockFilter')
  // PUSH1 7, PUSH1 1, SSTORE: writes a word.
  await ask('eth_sendTransaction', { from, data: '0x6007600155' })
  await ask('evm_snapshot')
  await ask('evm_increaseTime', 1000)
  await ask('evm_setAutomine', false)
  await ask('eth_sendTransaction', { from, to: from, value: '0x1' })
  await ask('anvil_setBalance', ACCOUNT, '0x7')
  await ask('evm_mine')
  return look({ provider }, filter)
}

const ACCOUNT = '0x00000000000000000000000000000000000000aa'

/** Returns the effects of all changes as text. The hash of the block covers the whole state. */
async function look({ provider }: Pick<Engine, 'provider'>, filter: string): Promise<string> {
  const questions = [
    { method: 'eth_chainId' },
    { method: 'anvil_getAutomine' },
    { method: 'eth_getBlockByNumber', params: ['latest', true] },
    { method: 'eth_getBalance', params: [ACCOUNT, 'latest'] },
    { method: 'eth_getFilterLogs', params: [filter] },
  ]
  const answers = questions.map((one) => provider.request(one).catch((error) => error.message))
  return JSON.stringify([filter, ...(await Promise.all(answers))])
}

async function isSame(evm: Engine, before: string): Promise<void> {
  const [filter] = JSON.parse(before)
  const now = await look(evm, filter)
  if (now !== before) throw new Error(`the chain was ${before} and is ${now}`)
}

/** Executes a block on the engine, or on the fresh one that replaces it. */
async function works(lab: Lab, evm: Awaited<ReturnType<Lab['createEvm']>>) {
  const end = await ending(execute(lab, evm))
  await evm.close()
  return end
}

/** Resolves after a request has reached its worker. */
function soon() {
  return new Promise((resolve) => setTimeout(resolve, 100))
}
