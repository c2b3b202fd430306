import { assets } from '../src/assets.js'
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

/** `parevm simulate`: reports what calls do. Resolves with false where one fails. */
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
  const { evm, node } = await startEvm(nodeHost(assets), {
    threads: threads === undefined ? 'auto' : count('--threads', threads),
    genesis: genesis === undefined ? undefined : await readText(genesis),
    importChain: values.import === undefined ? undefined : await readBytes(values.import),
  }).catch(refuse)
  try {
    const wire = await node.request<WireReport>('parevm_simulate', [bundle, block]).catch(refuse)
    const report: Report = reportOf(wire)
    await stdout.print(values.json ? `${JSON.stringify(wire, null, 2)}\n` : reportText(report))
    return report.status === 'success'
  } finally {
    await evm.close()
  }
}

/** Throws an error of the input as a usage error, which is printed without a stack. */
function refuse(error: unknown): never {
  if (error instanceof BaseError) throw new UsageError(messageOf(error))
  throw error
}

/** Returns the bundle to simulate: a file, or one call. */
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
    throw new UsageError('give either --calls, or --to, --data and --value')
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

/** Returns an amount in wei, decimal or hex, as a JSON-RPC quantity. */
function wei(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^(\d+|0x[\da-f]+)$/i.test(text))
    throw new UsageError(`--value takes wei, not ${quote(text)}`)
  return `0x${BigInt(text).toString(16)}`
}
