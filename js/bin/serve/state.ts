import type { createEvm } from '../../src/evm/create.js'
import type { Evm } from '../../src/evm/evm.js'
import { readBytes } from '../input.js'
import { stderr } from '../output.js'
import { count, UsageError } from '../usage.js'
import { beginningOf, checkBeginning } from './state/beginning.js'
import { messageOf, readState, removeTemporaries } from './state/file.js'
import { createKeeper, type Keeper } from './state/keeper.js'
import { lockState, resolveState } from './state/lock.js'

/**
 * Locks the file of `parevm serve --state` and reads its chain, if any. Resolves with `undefined` without that option.
 *
 * @throws {@link UsageError} The file cannot be used, or its chain has other initial options. The file is unchanged.
 */
export async function openState(
  values: openState.Values,
  options: createEvm.Options,
): Promise<OpenState | undefined> {
  const { state: name, calls } = values
  const interval = values['state-interval']
  if (name === undefined) {
    if (interval !== undefined) throw new UsageError('--state-interval needs --state')
    return undefined
  }
  const seconds =
    interval === undefined ? DEFAULT_INTERVAL : count('--state-interval', interval, MOST_INTERVAL)
  const path = await resolveState(name)
  await lockState(path)
  await removeTemporaries(path)
  const given = beginningOf(options, calls === undefined ? undefined : await readBytes(calls))
  const found = await readState(path)
  if (found !== undefined) checkBeginning(path, found.head.beginning, given)
  const beginning = found?.head.beginning ?? given

  let evm: Evm | undefined
  const keeper = createKeeper({
    path,
    intervalMs: seconds * 1000,
    bytes: found?.chain.length ?? 0,
    async save() {
      if (evm === undefined) throw new Error('the chain is not open yet')
      return evm.save()
    },
    head: () => ({
      parevm: evm?.info.version ?? '',
      savedAt: new Date().toISOString(),
      beginning,
    }),
  })
  const { chain, genesis, importChain, accounts, mining, ...others } = options
  return {
    isOpen: found !== undefined,
    options: found === undefined ? options : { ...others, saved: found.chain },
    keeper,
    async begin(opened) {
      evm = opened
      try {
        await keeper.begin({ isNew: found === undefined })
      } catch (error) {
        throw new UsageError(`--state: ${path} cannot be written: ${messageOf(error)}`)
      }
      if (found === undefined) return
      stderr.note(`parevm: resumes the chain of ${path}, saved at ${found.head.savedAt}\n`)
    },
    async end() {
      const isSaved = await keeper.end()
      if (!isSaved) stderr.note(`parevm: ${keeper.lost()}\n`)
      return isSaved
    },
    refusal: (error) =>
      `--state: ${path}, written by parevm ${found?.head.parevm}, cannot be opened: ${error.message}`,
  }
}

export declare namespace openState {
  type Values = {
    state?: string | undefined
    'state-interval'?: string | undefined
    calls?: string | undefined
  }
}

export type OpenState = {
  /** Whether the file has a chain to resume. */
  readonly isOpen: boolean
  /** Options of the engine: with the resumed chain, or as given. */
  readonly options: createEvm.Options
  readonly keeper: Keeper
  /**
   * Starts saving the chain of `evm`.
   *
   * @throws {@link UsageError} The file cannot be written.
   */
  begin(evm: Evm): Promise<void>
  /** Saves the chain at exit. Resolves with false, and prints why, where that fails. */
  end(): Promise<boolean>
  /** Returns the message for an engine that cannot open the chain. */
  refusal(error: Error): string
}

/** Seconds between two saves; the default of anvil. */
const DEFAULT_INTERVAL = 60
const MOST_INTERVAL = 86_400
