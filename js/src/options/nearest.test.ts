import { expect, test } from 'vitest'
import { nearest } from './nearest.js'

test.each([
  ['stateoverrides', ['stateOverrides', 'blockOverrides'], 'stateOverrides'],
  ['blockOverride', ['stateOverrides', 'blockOverrides'], 'blockOverrides'],
  ['input', ['data', 'value', 'to'], 'data'],
  ['gasLimit', ['gas', 'gasPrice'], 'gas'],
  ['gas', ['gasLimit', 'time'], 'gasLimit'],
  ['coinbase', ['feeRecipient', 'time'], 'feeRecipient'],
  ['timestamp', ['feeRecipient', 'time'], 'time'],
  ['vlaue', ['data', 'value'], 'value'],
  ['form', ['to', 'from'], 'from'],
  ['memory', ['timeMs', 'memoryBytes'], 'memoryBytes'],
  ['interval', ['intervalSeconds'], 'intervalSeconds'],
  ['speed', ['threads', 'build', 'chain'], undefined],
  ['constructor', ['data', 'value'], undefined],
  ['__proto__', ['data', 'value'], undefined],
  ['anything', [], undefined],
])('%s of %j is %s', (name, names, meant) => {
  expect(nearest(name, names)).toBe(meant)
})

test('a name of five million letters is compared in no time', () => {
  const start = performance.now()
  expect(nearest('stateOverrides'.repeat(400_000), ['stateOverrides', 'data'])).toBe(undefined)
  expect(performance.now() - start).toBeLessThan(2_000)
})
