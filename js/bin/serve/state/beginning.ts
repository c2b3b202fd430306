import { createHash } from 'node:crypto'
import type { createEvm } from '../../../src/evm/create.js'
import { UsageError } from '../../usage.js'
import { WELL_KNOWN, wordsOf } from '../wellKnown.js'

/**
 * Returns the initial options of a chain, with the SHA-256 of texts and files. They are saved with the chain, to detect a
 * command line of another one.
 *
 * @param calls - Content of the file of `--calls`.
 */
export function beginningOf(options: createEvm.Options, calls?: Uint8Array): Beginning {
  const { chain, genesis, importChain, accounts, mining } = options
  const entries: [string, string | undefined][] = [
    ['chain-id', chain?.id.toString()],
    ['genesis', genesis === undefined ? undefined : hash(String(genesis))],
    ['import', importChain === undefined ? undefined : hash(importChain)],
    ['accounts', accounts?.count?.toString()],
    ['mnemonic', accounts?.mnemonic === undefined ? undefined : hash(wordsOf(accounts.mnemonic))],
    ['no-mining', mining === 'manual' ? 'true' : undefined],
    ['block-time', typeof mining === 'object' ? String(mining.intervalSeconds) : undefined],
    ['calls', calls === undefined ? undefined : hash(calls)],
  ]
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** Initial options of a chain, by flag. */
export type Beginning = Readonly<Record<string, string>>

/**
 * Checks options against the initial ones of a saved chain. Options may be left out.
 *
 * @param path - Path of the state file.
 * @throws {@link UsageError} that names the option.
 */
export function checkBeginning(path: string, began: Beginning, given: Beginning): void {
  for (const [name, value] of Object.entries(given)) {
    const before = Object.hasOwn(began, name) ? began[name] : defaultOf(name, began)
    if (before === value) continue
    // Hashes are not printed.
    const shown = (text: string) => (text.length < 64 && text !== 'true' ? ` ${text}` : '')
    const other = shown(before ?? '') === '' ? 'another ' : ''
    const found =
      before === undefined ? `without --${name}` : `with ${other}--${name}${shown(before)}`
    throw new UsageError(
      `--${name}${shown(value)}: the chain in ${path} began ${found}; leave it out, or name another --state`,
    )
  }
}

/** Returns the default of an option. */
function defaultOf(name: string, began: Beginning): string | undefined {
  if (name === 'chain-id' && !Object.hasOwn(began, 'genesis')) return '31337'
  if (name === 'mnemonic') return hash(WELL_KNOWN)
  return name === 'accounts' ? '10' : undefined
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
