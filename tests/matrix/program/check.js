// The program that every environment runs: one call, one report, and a recorded block, checked against its header.

const answer = '0x00000000000000000000000000000000000000ff'
/** A contract that returns 42. */
const stateOverride = [{ address: answer, code: '0x602a60005260206000f3' }]

/**
 * Runs the program and resolves with what a row shows.
 *
 * @param createEvm - That of `parevm`, or of `parevm/simulate` where there is no `fixture`.
 * @param {object} parameters
 * @param {Uint8Array} [parameters.fixture] - Block 19933122 with its pre-state.
 * @param {string} [parameters.build] - Expected build.
 * @param {object} [parameters.options] - Options of `createEvm`.
 */
export async function check(createEvm, { fixture, build, options = {} }) {
  const start = performance.now()
  const evm = await createEvm(options)
  try {
    const { data } = await evm.call({ to: answer, stateOverride })
    const firstResultMs = performance.now() - start
    expect('the call', BigInt(data), 42n)
    const report = await evm.simulate({
      account: '0x00000000000000000000000000000000000000aa',
      calls: [{ to: answer, value: 5n }],
      stateOverride: [
        ...stateOverride,
        { address: '0x00000000000000000000000000000000000000aa', balance: 10n ** 18n },
      ],
    })
    expect('the status', report.status, 'success')
    expect('the asset changes', report.assetChanges.length > 0, true)
    if (fixture !== undefined) {
      const block = await evm.executeBlock({ fixture })
      expect('the gas of the block', block.gasUsed, 2_056_821n)
      expect('its receipts root', block.checks.receiptsRoot, true)
    }
    const { threads, reason } = evm.info
    if (build !== undefined && evm.info.build !== build)
      throw new Error(`expected the ${build} build, found ${evm.info.build}: ${reason}`)
    return { build: evm.info.build, threads, firstResultMs }
  } finally {
    await evm.close()
  }
}

function expect(name, found, expected) {
  if (found !== expected) throw new Error(`${name}: expected ${expected}, found ${found}`)
}
