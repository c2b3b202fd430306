// Test runners: jest with its default of CommonJS, and vitest.

import { pinned } from '../app.mjs'

const body = `
  const fixture = await readFile('block.json.gz')
  const row = await check(createEvm, { fixture, build: 'threads', options: { threads: 2 } })
  writeFileSync('row.json', JSON.stringify(row))
  expect(row.build).toBe('threads')`

async function run(context, packages, test, source, args) {
  await context.write('package.json', JSON.stringify({ private: true, type: 'commonjs' }))
  await context.install(pinned(...packages))
  await context.copy(context.block, 'block.json.gz')
  await context.write(test, source)
  await context.exec(
    process.execPath,
    args.map((arg) => (arg.includes('/') ? context.module(arg) : arg)),
  )
  const row = JSON.parse(await context.exec('cat', ['row.json']))
  return { ...row, wasmFetched: null, kB: null }
}

export default [
  {
    name: 'jest 30, CommonJS',
    short: false,
    async run(context) {
      // Without a configuration, jest runs no ES modules.
      await context.exec('sh', [
        '-c',
        `sed 's/^export async function check/exports.check = async function check/' ${context.program}/check.js > check.js`,
      ])
      const source = `const { createEvm } = require('parevm')
const { readFile } = require('node:fs/promises')
const { writeFileSync } = require('node:fs')
const { check } = require('./check.js')
test('parevm', async () => {${body}
}, 60_000)
`
      return run(context, ['jest'], 'parevm.test.js', source, ['jest/bin/jest.js'])
    },
  },
  {
    name: 'vitest 4',
    short: false,
    async run(context) {
      await context.copy(`${context.program}/check.js`, 'check.js')
      const source = `import { createEvm } from 'parevm'
import { readFile } from 'node:fs/promises'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from './check.js'
test('parevm', async () => {${body}
}, 60_000)
`
      return run(context, ['vitest4'], 'parevm.test.mjs', source, ['vitest/vitest.mjs', 'run'])
    },
  },
]
