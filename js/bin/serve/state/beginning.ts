import { createHash } from 'node:crypto'
import type { createEvm } from '../../../src/evm/create.js'
import { UsageError } from '../../usage.js'
import { WELL_KNOWN, wordsOf } from '../wellKnown.js'

/**
 * Returns how a chain begins, as the options that say so; of texts and files their SHA-256. It is kept with a
 * saved chain, so that the same command line can be given again, and another one is noticed.
 *
 * @param calls - Content of the file that `--calls` names.
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

export type Beginning = Readonly<Record<string, string>>

/**
 * Checks that options fit a chain which has begun already. Those that are left out do.
 *
 * @param path - Of the state file.
 * @throws {@link UsageError} that names the option.
 */
export function checkBeginning(path: string, began: Beginning, given: Beginning): void {
  for (const [name, value] of Object.entries(given)) {
    const before = Object.hasOwn(began, name) ? began[name] : defaultOf(name, began)
    if (before === value) continue
    // Of hashes it is enough that they differ.
    const shown = (text: string) => (text.length < 64 && text !== 'true' ? ` ${text}` : '')
    const other = shown(before ?? '') === '' ? 'another ' : ''
    const found =
      before === undefined ? `without --${name}` : `with ${other}--${name}${shown(before)}`
    throw new UsageError(
      `--${name}${shown(value)}: the chain in ${path} began ${found}; leave it out, or name another --state`,
    )
  }
}

/** Returns what an option is where it is left out and can be given as well. */
function defaultOf(name: string, began: Beginning): string | undefined {
  if (name === 'chain-id' && !Object.hasOwn(began, 'genesis')) return '31337'
  if (name === 'mnemonic') return hash(WELL_KNOWN)
  return name === 'accounts' ? '10' : undefined
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
