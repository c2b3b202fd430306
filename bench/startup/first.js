// Times the first result of an engine, in Node.js as in a page: from `createEvm` to the data of one call. Importing
// the package is not part of it.

/** Runtime code that returns 42, so that the interpreter runs. */
const stateOverride = [
  { address: '0x00000000000000000000000000000000000000ff', code: '0x602a5f5260205ff3' },
]

/**
 * Returns build, executing threads and milliseconds.
 *
 * @param {string} entry - URL of the package.
 * @param {object} options - Options of `createEvm`.
 */
export async function firstResult(entry, options) {
  const { createEvm } = await import(entry)
  const start = performance.now()
  const evm = await createEvm(options)
  const { data } = await evm.call({ to: stateOverride[0].address, stateOverride })
  const firstResultMs = performance.now() - start
  if (BigInt(data) !== 42n) throw new Error(`expected 42, found ${data}`)
  const { build, threads } = evm.info
  await evm.close()
  return { build, threads, firstResultMs }
}
