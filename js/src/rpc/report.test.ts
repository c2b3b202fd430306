import { expect, test } from 'vitest'
import { reportOf, type WireReport } from './report.js'

const address = '0x00000000000000000000000000000000000000aa'

function frame(fields: object) {
  return { type: 'CALL', from: address, gas: '0x1', gasUsed: '0x1', input: '0x', ...fields }
}

/** What a call returned is long, and stands in its report once. */
test('output is put wherever it stands', () => {
  const innermost = { address, depth: 1, selector: null, reason: 'no', data: null, error: null }
  const failure = { kind: 'reverted', message: 'no', data: null, error: null, innermost }
  const trace = frame({ calls: [frame({ output: '0x01' }), frame({ calls: [frame({})] })] })
  const wire = {
    status: 'failure',
    failedCall: 0,
    gasUsed: '0x1',
    gasLimit: null,
    fee: '0x0',
    assetChanges: [],
    approvalChanges: [],
    stateDiff: [],
    tokens: {},
    calls: [
      {
        status: 'failure',
        failure,
        returnData: '0xbeef',
        repeatedOutput: { failure: true, innermost: true, frames: [0, 2] },
        gasUsed: '0x1',
        gasLimit: null,
        fee: '0x0',
        warnings: [],
        fees: [],
        logs: [],
        assetChanges: [],
        approvalChanges: [],
        contractsCreated: [],
        stateDiff: [],
        accessList: [],
        storageTouched: [],
        trace,
      },
    ],
  }
  const [call] = reportOf(wire as unknown as WireReport).calls
  expect(call).not.toHaveProperty('repeatedOutput')
  expect(call?.failure?.data).toBe('0xbeef')
  expect(call?.failure?.innermost?.data).toBe('0xbeef')
  expect(call?.trace?.output).toBe('0xbeef')
  const [first, second] = call?.trace?.calls ?? []
  expect(first?.output).toBe('0x01')
  expect(second?.output).toBe('0xbeef')
  expect(second?.calls?.[0]?.output).toBeUndefined()
})
