import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { NodeClient } from '../../src/node/client.js'
import { readText } from '../input.js'
import type { Output } from '../output.js'
import { UsageError } from '../usage.js'
import { WELL_KNOWN, wordsOf } from './wellKnown.js'

/** First account of {@link WELL_KNOWN}. */
const WELL_KNOWN_ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** Resolves with whether the node has accounts of another mnemonic than {@link WELL_KNOWN}. */
export async function hasPrivateKeys(node: NodeClient): Promise<boolean> {
  const [first] = await node.request<string[]>('eth_accounts')
  return first !== undefined && first !== WELL_KNOWN_ACCOUNT
}

/** Returns the mnemonic of the flags or the environment, if any, and a warning for the user. */
export async function mnemonicOf(
  values: mnemonicOf.Values,
  environment: NodeJS.ProcessEnv,
  terminal: mnemonicOf.Terminal,
): Promise<mnemonicOf.ReturnType> {
  const { mnemonic, 'mnemonic-file': file, 'mnemonic-prompt': isPrompted } = values
  const sources = [mnemonic, file, isPrompted || undefined].filter((source) => source !== undefined)
  if (sources.length > 1)
    throw new UsageError('--mnemonic, --mnemonic-file and --mnemonic-prompt exclude each other')
  if (mnemonic !== undefined) {
    const words = wordsIn('--mnemonic', mnemonic)
    return { words, warning: words === WELL_KNOWN ? undefined : EXPOSED }
  }
  if (file !== undefined) return { words: wordsIn(file, await readText(file)) }
  if (isPrompted) return { words: wordsIn('--mnemonic-prompt', await ask(terminal)) }
  const { PAREVM_MNEMONIC } = environment
  if (PAREVM_MNEMONIC === undefined) return { words: undefined }
  return { words: wordsIn('PAREVM_MNEMONIC', PAREVM_MNEMONIC) }
}

export declare namespace mnemonicOf {
  type Values = {
    mnemonic?: string | undefined
    'mnemonic-file'?: string | undefined
    'mnemonic-prompt': boolean
  }
  /** Terminal of the prompt. */
  type Terminal = {
    input: NodeJS.ReadableStream & { isTTY?: boolean }
    output: Pick<Output, 'note'>
  }
  type ReturnType = { words: string | undefined; warning?: string | undefined }
}

const EXPOSED =
  '--mnemonic: other users of this machine can read these words, and the shell may keep them; use --mnemonic-file, --mnemonic-prompt or PAREVM_MNEMONIC'

function wordsIn(source: string, text: string): string {
  const words = wordsOf(text)
  if (words === '') throw new UsageError(`${source}: there are no words`)
  return words
}

/** Reads a line from the terminal without echo. */
function ask({ input, output }: mnemonicOf.Terminal): Promise<string> {
  if (input.isTTY !== true)
    throw new UsageError('--mnemonic-prompt needs a terminal; --mnemonic-file reads a file')
  output.note('mnemonic (not shown): ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: silent, terminal: true })
  return new Promise((resolve, reject) => {
    lines.once('line', resolve)
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => reject(new UsageError('--mnemonic-prompt: nothing was entered')))
  }).finally(() => {
    lines.close()
    output.note('\n')
  }) as Promise<string>
}
