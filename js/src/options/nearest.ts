/**
 * Returns the name of `names` that was probably meant by `name`: the same in another case, the same with its
 * unit, the word of another tool for it, or the one with the fewest edits (at most a third of its letters).
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  const same = names.find((one) => one.toLowerCase() === lower)
  const withUnit = names.find((one) => UNITS.some((unit) => one === `${name}${unit}`))
  const synonym = Object.hasOwn(SYNONYMS, lower) ? SYNONYMS[lower] : undefined
  if (same !== undefined) return same
  if (withUnit !== undefined) return withUnit
  const known = synonym?.find((one) => names.includes(one))
  if (known !== undefined) return known
  const most = (one: string) => Math.max(1, Math.floor(Math.max(name.length, one.length) / 3))
  const [best] = names
    // A name may be of any length, and every letter more is an edit.
    .filter((one) => Math.abs(name.length - one.length) <= most(one))
    .map((one) => ({ one, edits: edits(lower, one.toLowerCase()) }))
    .filter(({ one, edits }) => edits <= most(one))
    .sort((a, b) => a.edits - b.edits)
  return best?.one
}

/** Units at the end of a name. */
const UNITS = ['Ms', 'Seconds', 'Bytes'] as const

/** Words of JSON-RPC, geth, ethers and web3.js, in lower case, with viem's. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  basefee: ['baseFeePerGas'],
  calldata: ['data'],
  coinbase: ['feeRecipient'],
  gaslimit: ['gas'],
  gas: ['gasLimit'],
  input: ['data'],
  miner: ['feeRecipient'],
  mixhash: ['prevRandao'],
  number: ['blockNumber'],
  overrides: ['stateOverrides'],
  random: ['prevRandao'],
  sender: ['from'],
  storage: ['state'],
  tag: ['blockTag'],
  timestamp: ['time'],
}

/** Insertions, deletions, replacements and swaps of neighbours that make `to` of `from`. */
function edits(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= from.length; row += 1) {
    rows.push([row])
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const fewest = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
        swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
      rows[row]?.push(fewest)
    }
  }
  return at(from.length, to.length)
}
