import { createEvm, type Executor } from '../../dist/js/src/index.js'

/** Executes a block through the public API; returns what tests compare, as plain JSON. */
export async function execute(
  fixture: Uint8Array,
  { executor, ...options }: createEvm.Options & { executor?: Executor },
) {
  const evm = await createEvm(options)
  try {
    const progress: number[] = []
    const block = await evm.executeBlock({
      fixture,
      executor,
      onProgress: ({ settled, total }) => progress.push(settled / total),
    })
    return {
      info: evm.info,
      number: Number(block.number),
      gasUsed: Number(block.gasUsed),
      receipts: block.receipts.length,
      reverted: block.receipts.filter(({ status }) => status === 'reverted').length,
      logs: block.receipts.reduce((sum, { logs }) => sum + logs.length, 0),
      changes: block.stateDiff.length,
      checks: block.checks,
      schedule: block.schedule,
      progress,
    }
  } finally {
    await evm.close()
  }
}
