import { readFile } from 'node:fs/promises'
import { BaseError } from '../src/error/BaseError.js'
import type { createEvm } from '../src/evm/create.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import { createDispatcher } from './serve/dispatcher.js'
import { listen } from './serve/listen.js'
import { count, UsageError, usage } from './usage.js'

/** `parevm serve`: offers a chain in memory as JSON-RPC on loopback. Resolves when it was told to stop. */
export async function serve(args: string[]): Promise<boolean> {
  const { values } = usage({
    args,
    options: {
      genesis: { type: 'string' },
      import: { type: 'string' },
      fork: { type: 'string' },
      port: { type: 'string', default: '8545' },
      threads: { type: 'string' },
      'chain-id': { type: 'string' },
      accounts: { type: 'string' },
      mnemonic: { type: 'string' },
      'block-time': { type: 'string' },
      'no-mining': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.fork !== undefined) throw new UsageError('--fork cannot be served yet')
  const port = portOf(values.port)
  const options = await optionsOf(values)
  const { evm, chain } = await startEvm(nodeHost(), options).catch((error: unknown) => {
    if (error instanceof BaseError) throw new UsageError(error.message)
    throw error
  })
  const dispatcher = createDispatcher(chain, evm.provider)
  const server = await listen({ port, dispatcher }).catch(async (error: unknown) => {
    await evm.close()
    throw new UsageError(`port ${port}: ${error instanceof Error ? error.message : error}`)
  })
  const { build, threads, reason } = evm.info
  process.stderr.write(
    `parevm ${evm.info.version}, ${build} build, ${threads} threads (${reason})\n`,
  )
  const ready = { url: server.url, port: server.port, build, threads }
  process.stdout.write(
    values.json ? `${JSON.stringify(ready)}\n` : `listening on ${server.url} (HTTP, WebSocket)\n`,
  )
  await stopped()
  await server.close()
  await evm.close()
  return true
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
    genesis: genesis === undefined ? undefined : await read(genesis, 'utf8'),
    importChain: values.import === undefined ? undefined : await read(values.import),
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
  }
}

function read(path: string, encoding: 'utf8'): Promise<string>
function read(path: string): Promise<Uint8Array>
async function read(path: string, encoding?: 'utf8'): Promise<string | Uint8Array> {
  try {
    return encoding === undefined
      ? new Uint8Array(await readFile(path))
      : await readFile(path, encoding)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Any port that is free, where it is 0. */
function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new UsageError(`--port takes a number from 0 to 65535, not ${JSON.stringify(text)}`)
}

/** Resolves when the process is told to end. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
