import type { createEvm, Evm } from '../../dist/js/src/index.js'
import { enterLab, type Lab } from './lab.js'

/** Lives of an engine, none of which may leave anything behind. */
const lives = {
  async closed({ createEvm }: Lab, options: createEvm.Options) {
    const evm = await createEvm(options)
    await call(evm)
    await evm.close()
  },
  async besideAnother({ createEvm }: Lab, options: createEvm.Options) {
    const engines = await Promise.all([createEvm(options), createEvm(options)])
    await Promise.all(engines.map(call))
    await engines[0].close()
    await call(engines[1])
    await engines[1].close()
  },
  /** Loses the worker of its engine, with a call; the next one starts all workers again. */
  async killed({ createEvm, workers }: Lab, options: createEvm.Options) {
    const first = workers.length
    const evm = await createEvm(options)
    workers[first]?.kill()
    const outcome = await call(evm).catch((error: Error) => error.name)
    if (outcome !== 'WorkerDiedError') throw new Error(`expected a death, found ${outcome}`)
    await call(evm)
    await evm.close()
  },
  async aborted({ createEvm, fixture }: Lab, options: createEvm.Options) {
    const block = await fixture('19933122')
    const evm = await createEvm(options)
    const controller = new AbortController()
    const { signal } = controller
    const aborted = evm.executeBlock({ fixture: block, signal }).then(
      () => 'executed',
      (reason: unknown) => reason,
    )
    controller.abort('enough')
    if ((await aborted) !== 'enough') throw new Error('the block was executed all the same')
    await call(evm)
    await evm.close()
  },
}

export type Life = keyof typeof lives

/** Lives an engine through `count` lives; resolves with the workers that were started and have not ended. */
export async function live(
  life: Life,
  options: createEvm.Options,
  count: number,
): Promise<string[]> {
  const lab = enterLab()
  try {
    for (let index = 0; index < count; index += 1) await lives[life](lab, options)
    return lab.workers.filter((worker) => !worker.hasEnded()).map(({ name }) => name)
  } finally {
    lab.leave()
  }
}

async function call(evm: Evm): Promise<void> {
  const to = '0x00000000000000000000000000000000000000ff'
  const code = '0x602a5f5260205ff3'
  const { data } = await evm.call({ to, stateOverride: [{ address: to, code }] })
  if (BigInt(data ?? 0) !== 42n) throw new Error(`expected 42, found ${data}`)
}
