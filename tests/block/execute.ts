import { createEvm, type executeBlock } from '../../dist/js/src/index.js'

/** Executes a block through the public API and returns the compared part of its outcome as plain JSON. */
export async function execute(
  fixture: Uint8Array,
  { executor, ...options }: createEvm.Options & { executor?: executeBlock.Executor },
) {
  const evm = await createEvm(options)
  try {
    const progress: number[] = []
    const block = await evm.executeBlock({
      fixture,
      executor,
      onProgress: ({ committed, total }) => progress.push(committed / total),
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
      plan: block.plan,
      statistics: block.statistics,
      progress,
    }
  } finally {
    await evm.close()
  }
}
