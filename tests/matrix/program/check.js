// Program that every environment runs: plain ESM without imports, so that bundlers, pages and runtimes take it as it is.

/** Account of every development chain, with 10,000 ether. */
const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const to = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
/** Address without code on any chain. */
const contract = '0x00000000000000000000000000000000000c0de5'
/** Returns 42. */
const code = '0x602a60005260206000f3'

/** Transactions and gas of block 19933122 of mainnet. */
const expected = { number: 19_933_122n, receipts: 45, gasUsed: 2_056_821n }

/**
 * Checks an engine of `parevm`: a simulation, a call, and a recorded block against its header.
 *
 * @param createEvm - Of the package, as the environment has loaded it.
 * @param {object} parameters
 * @param {Uint8Array | string} parameters.fixture - Block 19933122: gzip or JSON.
 * @param {'threads' | 'single'} [parameters.build] - Expected build.
 * @param {object} [parameters.options] - Options of `createEvm`.
 */
export async function check(createEvm, { fixture, build, options = {} }) {
  return run(createEvm, { build, options }, async (evm) => {
    const block = await evm.executeBlock({ fixture })
    const { number, gasUsed, receipts, checks } = block
    equal('block number', number, expected.number)
    equal('receipts', receipts.length, expected.receipts)
    equal('gas of the block', gasUsed, expected.gasUsed)
    for (const name of ['gasUsed', 'receiptsRoot', 'logsBloom'])
      equal(`${name} of the header`, checks[name], true)
  })
}

/** Checks an engine of `parevm/simulate`, which executes no blocks. */
export function checkSimulate(createEvm, { build, options = {} } = {}) {
  return run(createEvm, { build, options }, async () => {})
}

async function run(createEvm, { build, options }, then) {
  const start = performance.now()
  const evm = await createEvm(options)
  try {
    const stateOverrides = [{ address: account, balance: 10n ** 18n }]
    const report = await evm.simulate({ account, calls: [{ to, value: 5n }], stateOverrides })
    const firstResultMs = performance.now() - start
    equal('status', report.calls[0].status, 'success')
    const change = report.assetChanges.find(({ account: owner }) => isSame(owner, to))?.change
    equal('received wei', change, 5n)
    const overrides = [{ address: contract, code }]
    const { data } = await evm.call({ to: contract, stateOverrides: overrides })
    equal('return data', BigInt(data), 42n)
    await then(evm)
    if (build !== undefined) equal(`build (${evm.info.reason})`, evm.info.build, build)
    return { build: evm.info.build, threads: evm.info.threads, firstResultMs }
  } finally {
    await evm.close()
  }
}

function isSame(a, b) {
  return a.toLowerCase() === b.toLowerCase()
}

function equal(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, found ${found}`)
}
