import { BaseError } from '../src/error/BaseError.js'
import { quote } from '../src/error/cut.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import { reportOf, type WireReport } from '../src/rpc/report.js'
import type { Report } from '../src/type/report.js'
import { readBundle, readBytes, readJson, readText } from './input.js'
import { stdout } from './output.js'
import { reportText } from './reportText.js'
import { messageOf } from './terminal.js'
import { count, UsageError, usage } from './usage.js'

/** `parevm simulate`: tells what calls would do on a chain. Resolves with "no call failed". */
export async function simulate(args: string[]): Promise<boolean> {
  const { values } = usage({
    args,
    options: {
      genesis: { type: 'string' },
      import: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      data: { type: 'string' },
      value: { type: 'string' },
      calls: { type: 'string' },
      atomic: { type: 'boolean', default: false },
      abi: { type: 'string' },
      block: { type: 'string', default: 'latest' },
      threads: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const bundle = await bundleOf(values)
  const block = /^\d+$/.test(values.block) ? `0x${BigInt(values.block).toString(16)}` : values.block
  const { genesis, threads } = values
  const { evm, node } = await startEvm(nodeHost(), {
    threads: threads === undefined ? 'auto' : count('--threads', threads),
    genesis: genesis === undefined ? undefined : await readText(genesis),
    importChain: values.import === undefined ? undefined : await readBytes(values.import),
  }).catch(told)
  try {
    const wire = await node.request<WireReport>('parevm_simulate', [bundle, block]).catch(told)
    const report: Report = reportOf(wire)
    await stdout.print(values.json ? `${JSON.stringify(wire, null, 2)}\n` : reportText(report))
    return report.status === 'success'
  } finally {
    await evm.close()
  }
}

/** What is wrong with the input goes to the user without a stack. */
function told(error: unknown): never {
  if (error instanceof BaseError) throw new UsageError(messageOf(error))
  throw error
}

/** Returns what to simulate: a file as `wallet_sendCalls` takes it, or one call. */
async function bundleOf(values: {
  from?: string | undefined
  to?: string | undefined
  data?: string | undefined
  value?: string | undefined
  calls?: string | undefined
  abi?: string | undefined
  atomic: boolean
}): Promise<Record<string, unknown>> {
  const { from, to, data, value } = values
  const isOne = to !== undefined || data !== undefined || value !== undefined
  if (isOne === (values.calls !== undefined))
    throw new UsageError('either --calls, or --to, --data and --value, say what to simulate')
  const bundle =
    values.calls === undefined
      ? { calls: [{ to, data, value: wei(value) }] }
      : await readBundle(values.calls)
  return {
    ...bundle,
    ...(from === undefined ? {} : { from }),
    ...(values.atomic ? { atomicRequired: undefined, atomic: true } : {}),
    ...(values.abi === undefined ? {} : { abi: await readJson(values.abi) }),
  }
}

/** Returns wei, which may be written with all their digits, as JSON-RPC spells them. */
function wei(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^(\d+|0x[\da-f]+)$/i.test(text))
    throw new UsageError(`--value takes wei, not ${quote(text)}`)
  return `0x${BigInt(text).toString(16)}`
}
