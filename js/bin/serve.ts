import { assets } from '../src/assets.js'
import { BaseError } from '../src/error/BaseError.js'
import { quote } from '../src/error/cut.js'
import type { createEvm } from '../src/evm/create.js'
import { startEvm } from '../src/evm/start.js'
import { nodeHost } from '../src/loader/node.js'
import type { NodeClient } from '../src/node/client.js'
import { createFilterQuota } from '../src/node/filterQuota.js'
import { readBytes, readText } from './input.js'
import { stderr, stdout } from './output.js'
import { accessOf } from './serve/access.js'
import { createDispatcher, type Dispatcher } from './serve/dispatcher.js'
import { type Limits, limitsOf } from './serve/limits.js'
import { listen } from './serve/listen.js'
import { hasPrivateKeys, mnemonicOf } from './serve/mnemonic.js'
import { watchProcess } from './serve/process.js'
import { sendCalls } from './serve/sendCalls.js'
import { type OpenState, openState } from './serve/state.js'
import { clean, messageOf } from './terminal.js'
import { count, UsageError, usage, whole } from './usage.js'

/** `parevm serve`: serves a development node as JSON-RPC. Resolves at a signal to stop. */
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
      'mnemonic-file': { type: 'string' },
      'mnemonic-prompt': { type: 'boolean', default: false },
      'allow-origin': { type: 'string', multiple: true },
      'allow-host': { type: 'string', multiple: true },
      token: { type: 'string' },
      'token-file': { type: 'string' },
      calls: { type: 'string' },
      'block-time': { type: 'string' },
      'no-mining': { type: 'boolean', default: false },
      limit: { type: 'string', multiple: true },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      state: { type: 'string' },
      'state-interval': { type: 'string' },
    },
  })
  if (values.fork !== undefined) throw new UsageError('--fork is not supported yet')
  const { host, calls } = values
  const port = portOf(values.port)
  const limits = limitsOf(values.limit)
  const { rules, warnings } = await accessOf(values, process.env)
  const terminal = { input: process.stdin, output: stderr }
  const { words: mnemonic, warning } = await mnemonicOf(values, process.env, terminal)
  const options = await optionsOf({ ...values, mnemonic }, limits)
  for (const line of [...warnings, ...(warning === undefined ? [] : [warning])])
    stderr.note(`warning: ${line}\n`)
  let dispatcher: Dispatcher | undefined
  const state = await openState(values, options)
  const machine = nodeHost(assets)
  const readers = Math.min(Math.max(machine.features.cores, READERS.least), READERS.most)
  const { evm, node } = await startEvm(machine, state?.options ?? options, {
    readers,
    quota: createFilterQuota(),
    onNotification: (params) => dispatcher?.notify(params),
    onChange: () => state?.keeper.changed(),
  }).catch((error: unknown) => refuse(error, state))
  try {
    if (calls !== undefined && state?.isOpen !== true) await sendCalls(node, calls, limits.file)
    await state?.begin(evm)
    const { stopped } = watchProcess({
      onHangUp: () => void state?.keeper.keep(),
      lost: () => state?.keeper.lost(),
      savedBytes: () => state?.keeper.bytes ?? 0,
    })
    const log = values.verbose ? (line: string) => stderr.note(`${clean(line)}\n`) : undefined
    const pagesSign = !(await hasPrivateKeys(node))
    dispatcher = createDispatcher(node, { log, limits, pagesSign })
    // Before the server is reachable: no request of a client can make this one fail.
    const accounts = values.json ? '' : await accountsOf(node)
    const listening = listen({ host, port, dispatcher, limits, rules })
    const server = await listening.catch((error: unknown) => {
      throw new UsageError(`${clean(host)}, port ${port}: ${messageOf(error)}`)
    })
    const { version, build, threads, reason } = evm.info
    stderr.note(`parevm ${version}, ${build} build, ${threads} threads (${reason})\n`)
    const ready = { url: server.url, port: server.port, build, threads }
    const text = `${accounts}listening on ${server.url} (HTTP, WebSocket)`
    stdout.note(`${values.json ? JSON.stringify(ready) : text}\n`)
    await stopped
    await server.close()
    return (await state?.end()) ?? true
  } finally {
    await evm.close()
  }
}

/** Returns the accounts as text. The library that derives their keys is loaded for this only. */
async function accountsOf(node: NodeClient): Promise<string> {
  const { accountsText } = await import('./serve/accountsText.js')
  return accountsText(node)
}

/** Number of reader workers: one for each core, of which a client uses half at most. */
const READERS = { least: 4, most: 15 }

/** Throws an error of the input as a usage error. */
function refuse(error: unknown, state: OpenState | undefined): never {
  if (!(error instanceof BaseError)) throw error
  throw new UsageError(state?.isOpen === true ? state.refusal(error) : messageOf(error))
}

async function optionsOf(
  values: {
    genesis?: string | undefined
    import?: string | undefined
    threads?: string | undefined
    'chain-id'?: string | undefined
    accounts?: string | undefined
    mnemonic?: string | undefined
    'block-time'?: string | undefined
    'no-mining': boolean
  },
  { file, time, memory, answer, gas }: Limits,
): Promise<createEvm.Options> {
  const { genesis, threads, accounts, mnemonic } = values
  const interval = values['block-time']
  const id = values['chain-id']
  if (interval !== undefined && values['no-mining'])
    throw new UsageError('--block-time and --no-mining exclude each other')
  return {
    threads: threads === undefined ? 'auto' : count('--threads', threads),
    genesis: genesis === undefined ? undefined : await readText(genesis, file),
    importChain: values.import === undefined ? undefined : await readBytes(values.import, file),
    chain: id === undefined ? undefined : { id: count('--chain-id', id, Number.MAX_SAFE_INTEGER) },
    limits: {
      timeMs: time,
      memoryBytes: memory,
      answerBytes: answer,
      gas: BigInt(gas),
    },
    accounts: {
      count: accounts === undefined ? undefined : count('--accounts', accounts, 1_000),
      mnemonic,
    },
    mining: values['no-mining']
      ? 'manual'
      : interval === undefined
        ? 'auto'
        : { intervalSeconds: count('--block-time', interval, 86_400) },
  }
}

/** Returns the port of a flag; 0 stands for any free one. */
function portOf(text: string): number {
  const port = whole(text)
  if (port !== undefined && port < 65_536) return port
  throw new UsageError(`--port takes a number from 0 to 65535, not ${quote(text)}`)
}
