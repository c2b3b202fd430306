/** Mnemonic of all development nodes. Its keys are public, so they can be printed. */
export const WELL_KNOWN = 'test test test test test test test test test test test junk'

/** Returns a mnemonic with single spaces. */
export function wordsOf(mnemonic: string): string {
  return mnemonic.trim().split(/\s+/).join(' ')
}
