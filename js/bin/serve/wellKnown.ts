/** BIP-39 words that development nodes share. Everybody has their keys, so they can be printed. */
export const WELL_KNOWN = 'test test test test test test test test test test test junk'

/** Returns the words of a mnemonic with one space between them. */
export function wordsOf(mnemonic: string): string {
  return mnemonic.trim().split(/\s+/).join(' ')
}
