import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pack } from '../conformance/beside.mjs'
import { walk } from '../conformance/files.mjs'
import { createReport } from '../conformance/report.mjs'
import { isInSample } from '../conformance/sample.mjs'
import { answersOf } from '../conformance/server.mjs'
import { readArguments } from '../conformance.mjs'

const everything = { sample: 100, seed: 0 }
let folder
const write = (name, content) => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parevm-conformance-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What the walk returns for each file: its content, or the first words of the reason. */
const listed = (path = folder, choice = everything) =>
  [...walk(path, choice)].map(({ name, text, reason }) => [
    name,
    text?.toString() ?? reason.replace(/:.*/s, ''),
  ])

test('a sample has the files that the binary chooses', () => {
  const sample = (seed) => {
    const isIn = (i) => isInSample(`cancun/eip${i}.json`, { sample: 10, seed })
    return Array.from({ length: 100 }, (_, i) => i).filter(isIn)
  }
  assert.deepEqual(sample(1), [2, 5, 9, 26, 27, 31, 37, 42, 46, 73, 94])
  assert.deepEqual(sample(2), [6, 8, 15, 22, 26, 45, 51])
})

test('the largest files come first, and what is no fixture is left alone', () => {
  write('one/small.json', '{}')
  write('two/large.json', '{"more": 1}')
  write('two/packed.json.gz', gzipSync('{"packed": "in forty bytes or a little more"}'))
  write('README.md', 'no fixture')
  assert.deepEqual(listed(), [
    ['two/packed.json.gz', '{"packed": "in forty bytes or a little more"}'],
    ['two/large.json', '{"more": 1}'],
    ['one/small.json', '{}'],
  ])
})

test('what cannot be read has its reason', () => {
  write('cut.json.gz', gzipSync('{}').subarray(0, 12))
  write('huge.json.gz', gzipSync(Buffer.alloc(2 ** 27 + 1, ' ')))
  write('one/good.json', '{}')
  symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.json'))
  symlinkSync(join(folder, 'one'), join(folder, 'one/again'))
  assert.deepEqual(listed().sort(), [
    ['cut.json.gz', 'cannot be read'],
    ['gone.json', 'cannot be read'],
    ['huge.json.gz', 'has more than 134217728 bytes'],
    ['one/again', 'cannot be read'],
    ['one/good.json', '{}'],
  ])
  assert.deepEqual(listed(join(folder, 'nowhere')), [['nowhere', 'cannot be read']])
})

test('an archive is a folder, and nothing else may be in it', () => {
  write('inside/a.json', '{"a": 1}')
  write('inside/README.md', 'no fixture')
  const archive = join(folder, 'tests.tar.gz')
  spawnSync('tar', ['-czf', archive, '-C', join(folder, 'inside'), '.'])
  write('cut.tar', 'no archive')
  rmSync(join(folder, 'inside'), { recursive: true })
  assert.deepEqual(listed(), [
    ['cut.tar', 'the archive cannot be read'],
    ['tests.tar.gz/README.md', 'is no fixture file'],
    ['tests.tar.gz/a.json', '{"a": 1}'],
  ])
})

test('a file of the suite rpc comes with what lies beside it', () => {
  write('genesis.json', '{}')
  write('chain.rlp', Buffer.from([0xc0, 0x01]))
  write('README.md', 'no fixture')
  write('eth_call/one.io', '>> {}')
  const [file, ...others] = walk(folder, { ...everything, suite: 'rpc' })
  assert.deepEqual(others, [])
  assert.deepEqual(JSON.parse(pack(file.beside, file.text, [null])), {
    beside: { 'chain.rlp': '0xc001', 'genesis.json': '{}' },
    text: '>> {}',
    responses: [null],
  })
})

test('what the engine leaves open is judged by the schemas of the methods', () => {
  write('spec/schemas/base.yaml', "byte: { type: string, pattern: '^0x[0-9a-f]{2}$' }")
  write(
    'spec/eth/state.yaml',
    "- name: eth_code\n  result: { name: Code, schema: { $ref: '#/components/schemas/byte' } }",
  )
  write('eth_code/one.io', '>> {}')
  const [{ judge }] = walk(folder, { ...everything, suite: 'rpc' })
  const open = (...answers) =>
    judge({
      case: 'one',
      outcome: 'open',
      reason: answers.map(([method, result]) => ({ method, result })),
    })
  assert.deepEqual(open(['eth_code', '0x00']), { case: 'one', outcome: 'passed' })
  assert.deepEqual(open(['eth_code', '0x00'], ['eth_code', '0x0']), {
    case: 'one',
    outcome: 'failed',
    reason: 'result must match pattern "^0x[0-9a-f]{2}$"',
  })
  assert.equal(open(['eth_cod', '0x00']).reason, 'spec has no schema of eth_cod')
  const judged = { case: 'one', outcome: 'failed', reason: 'another' }
  assert.deepEqual(judge(judged), judged)
})

test('a server is asked what stands in the file, and its chain is put back', async () => {
  const asked = []
  const server = createServer(async (incoming, answer) => {
    let body = ''
    for await (const part of incoming) body += part
    const { id, method, params } = JSON.parse(body)
    asked.push([method, params])
    answer.end(JSON.stringify({ jsonrpc: '2.0', id: method === 'wrong' ? 9 : id, result: '0x7' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  try {
    const file = '// words\n>> {"jsonrpc":"2.0","id":3,"method":"eth_syncing"}\n<< {}\n'
    assert.deepEqual(await answersOf(url, file), [{ jsonrpc: '2.0', id: 3, result: '0x7' }])
    assert.deepEqual(asked, [
      ['evm_snapshot', []],
      ['eth_syncing', undefined],
      ['evm_revert', ['0x7']],
    ])
    await assert.rejects(answersOf(url, '>> {"id":1,"method":"wrong"}'), /request 1/)
  } finally {
    server.close()
  }
})

test('a report counts, names what failed, and is good only where something was run', () => {
  const facts = { suite: 'state', build: 'single', threads: 1, engines: 2, executors: ['parallel'] }
  const printed = []
  const terminal = { clean: (text) => `<${text}>`, printError: (text) => printed.push(text) }
  const report = createReport({ ...facts, terminal })
  assert.equal(report.isGood(), false)
  report.add('cancun/a.json', [{ case: 'one', outcome: 'passed', ms: 1 }])
  assert.equal(report.isGood(), true)
  report.add('cancun/b.json', [{ case: 'two', outcome: 'skipped', reason: 'a fork', ms: 0 }])
  report.add('c.json', [{ case: 'three', outcome: 'failed', reason: 'slot 1', ms: 2 }])
  assert.deepEqual(printed, ['FAILED <c.json>: <three>\n  slot 1\n'])
  assert.equal(report.isGood(), false)
  const lines = report.text().trimEnd().split('\n')
  assert.equal(lines.at(-1), '1 passed, 1 failed, 1 skipped')
  assert.equal(lines[0], 'skipped 1: a fork (first: <two>)')
  const json = JSON.parse(report.json())
  assert.deepEqual(json.failures, [{ file: 'c.json', case: 'three', reason: 'slot 1' }])
  assert.equal(json.folders.cancun.files, 2)
})

test('the words of the command are looked at before anything is built', () => {
  const good = ['--suite', 'state', '--dir', '.']
  assert.equal(readArguments(good).threads, 2)
  assert.deepEqual(readArguments([...good, '--executor', 'bal']).executors, ['bal'])
  for (const words of [
    ['--suite', 'state'],
    [...good, '--build', 'fast'],
    [...good, '--threads', '0'],
    [...good, '--sample', 'many'],
    [...good, '--trace'],
    [...good, '--verbose'],
    [...good, '--url', 'http://127.0.0.1:1'],
  ]) {
    assert.throws(() => readArguments(words), { name: 'StepError' }, words.join(' '))
  }
})
