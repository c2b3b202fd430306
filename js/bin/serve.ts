import { BaseError } from '../src/error/BaseError.js'
import type { createEvm } from '../src/evm/create.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import { readBytes, readText } from './input.js'
import { createDispatcher, type Dispatcher } from './serve/dispatcher.js'
import { listen } from './serve/listen.js'
import { sendCalls } from './serve/sendCalls.js'
import { count, UsageError, usage, whole } from './usage.js'

/** `parevm serve`: serves a chain in memory as JSON-RPC. Resolves when it is told to stop. */
export async function serve(args: string[]): Promise<boolean> {
  const { values } = usage({
    args,
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8545' },
      genesis: { type: 'string' },
      import: { type: 'string' },
      fork: { type: 'string' },
      threads: { type: 'string' },
      'chain-id': { type: 'string' },
      accounts: { type: 'string' },
      mnemonic: { type: 'string' },
      calls: { type: 'string' },
      'block-time': { type: 'string' },
      'no-mining': { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.fork !== undefined) throw new UsageError('--fork cannot be served yet')
  const { host, calls, mnemonic } = values
  const port = portOf(values.port)
  const options = await optionsOf(values)
  let dispatcher: Dispatcher | undefined
  const { evm, chain } = await startEvm(nodeHost(), options, {
    onNotification: (params) => dispatcher?.notify(params),
  }).catch(refuse)
  try {
    if (calls !== undefined) await sendCalls(chain, calls)
    const log = values.verbose
      ? (line: string) => void process.stderr.write(`${line}\n`)
      : undefined
    dispatcher = createDispatcher(chain, { log })
    const server = await listen({ host, port, dispatcher }).catch((error: unknown) => {
      throw new UsageError(
        `${host}, port ${port}: ${error instanceof Error ? error.message : error}`,
      )
    })
    const { version, build, threads, reason } = evm.info
    process.stderr.write(`parevm ${version}, ${build} build, ${threads} threads (${reason})\n`)
    const ready = { url: server.url, port: server.port, build, threads }
    if (values.json) process.stdout.write(`${JSON.stringify(ready)}\n`)
    else {
      const { accountsText } = await import('./serve/accountsText.js')
      const accounts = await accountsText(chain, mnemonic)
      process.stdout.write(`${accounts}listening on ${server.url} (HTTP, WebSocket)\n`)
    }
    await stopped()
    await server.close()
  } finally {
    await evm.close()
  }
  return true
}

/** A chain that cannot be opened is the user's to correct. */
function refuse(error: unknown): never {
  if (error instanceof BaseError) throw new UsageError(error.message)
  throw error
}

async function optionsOf(values: {
  genesis?: string | undefined
  import?: string | undefined
  threads?: string | undefined
  'chain-id'?: string | undefined
  accounts?: string | undefined
  mnemonic?: string | undefined
  'block-time'?: string | undefined
  'no-mining': boolean
}): Promise<createEvm.Options> {
  const { genesis, threads, accounts, mnemonic } = values
  const interval = values['block-time']
  const id = values['chain-id']
  if (interval !== undefined && values['no-mining'])
    throw new UsageError('--block-time and --no-mining exclude each other')
  return {
    threads: threads === undefined ? 'auto' : count('--threads', threads),
    genesis: genesis === undefined ? undefined : await readText(genesis),
    importChain: values.import === undefined ? undefined : await readBytes(values.import),
    chain: id === undefined ? undefined : { id: count('--chain-id', id, Number.MAX_SAFE_INTEGER) },
    accounts: {
      count: accounts === undefined ? undefined : count('--accounts', accounts, 1_000),
      mnemonic,
    },
    mining: values['no-mining']
      ? 'manual'
      : interval === undefined
        ? 'auto'
        : { interval: count('--block-time', interval, 86_400) },
    limits: { answer: ANSWER_BYTES },
  }
}

/** Bytes of one answer, as geth has it (`BatchResponseMaxSize`). */
const ANSWER_BYTES = 25_000_000

/** Any port that is free, where it is 0. */
function portOf(text: string): number {
  const port = whole(text)
  if (port !== undefined && port < 65_536) return port
  throw new UsageError(`--port takes a number from 0 to 65535, not ${JSON.stringify(text)}`)
}

/** Resolves when the process is told to end. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
