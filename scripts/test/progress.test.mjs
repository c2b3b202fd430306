import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress, progressLine, unitsOf, weightOf } from '../progress.mjs'

const artifact = (name, fresh = false) =>
  JSON.stringify({ reason: 'compiler-artifact', target: { name }, fresh })

test('the time left follows from the rate so far', () => {
  assert.equal(
    progressLine({ done: 50, total: 100, seconds: 60 }),
    '50 % compiled, about 60 s left',
  )
  assert.equal(
    progressLine({ done: 25, total: 100, seconds: 60 }),
    '25 % compiled, about 3 min left',
  )
})

test('the first crates say nothing about the rate', () => {
  assert.equal(progressLine({ done: 2, total: 100, seconds: 1 }), '2 % compiled')
  assert.equal(progressLine({ done: 0, total: 0, seconds: 1 }), '0 % compiled')
})

test('progress is reported at most once in the interval, and counts what was compiled', () => {
  let time = 0
  const lines = []
  const names = ['a', 'b', 'c', 'd']
  const read = createProgress(names, (line) => lines.push(line), {
    everyMs: 1000,
    now: () => time,
  })
  read(artifact('a', true)) // compiled before: no part of the work
  time = 900
  read(artifact('b'))
  read('a line of another program')
  time = 2000
  read(artifact('c'))
  assert.deepEqual(lines, ['66 % compiled, about 10 s left'])
})

test('a heavy crate weighs more than a small one, however its name is written', () => {
  assert.ok(weightOf('parevm') > 10 * weightOf('some-small-crate'))
  assert.equal(weightOf('revm-interpreter'), weightOf('revm_interpreter'))
})

test('runs of build scripts are no units', () => {
  const units = [
    { mode: 'build', target: { name: 'revm' } },
    { mode: 'run-custom-build', target: { name: 'build-script-build' } },
  ]
  assert.deepEqual(unitsOf(JSON.stringify({ units })), ['revm'])
})
