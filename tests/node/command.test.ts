import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))
const block = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/${name}.json.gz`, import.meta.url))

function parevm(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test('run without files shows the embedded blocks, all checks true', async () => {
  const { code, stdout } = await parevm('run')
  expect(stdout).toMatch(/19933122 .*gas, receipts, bloom +yes/)
  expect(stdout).toMatch(/13217637 .*gas, receipts, bloom +yes/)
  expect(stdout).toMatch(/21429063 .*gas, receipts, bloom, state +yes/)
  expect(code).toBe(0)
})

test('run --json prints one array with the agreed fields', async () => {
  const { code, stdout } = await parevm('run', block('19933122'), '--threads', '2', '--json')
  expect(JSON.parse(stdout)).toEqual([
    {
      number: 19933122,
      transactions: 45,
      gasUsed: 2_056_821,
      gasUsedMatches: true,
      receiptsRootMatches: true,
      logsBloomMatches: true,
      requestsHashMatches: null,
      stateRootMatches: null,
      equalsSequential: true,
      executor: expect.stringMatching(/^(parallel|sequential)$/),
      reason: expect.any(String),
      threads: expect.any(Number),
      executions: expect.any(Number),
      reExecutions: expect.any(Number),
      ms: expect.any(Number),
      sequentialMs: expect.any(Number),
      endToEndMs: expect.any(Number),
      build: 'threads',
    },
  ])
  expect(code).toBe(0)
})

test('a file that cannot be used is named, the others are executed, and the exit code is 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const cut = join(folder, 'cut.json.gz')
  await writeFile(cut, (await readFile(block('19933122'))).subarray(0, 5000))
  const missing = join(folder, 'missing.json.gz')
  const files = [cut, missing, block('19933122')]
  const { code, stdout, stderr } = await parevm('run', ...files, '--json')
  expect(JSON.parse(stdout)).toMatchObject([
    { file: cut, error: { name: 'InvalidFixtureError', code: 'INVALID_FIXTURE' } },
    { file: missing, error: { code: 'ENOENT' } },
    { number: 19933122, gasUsedMatches: true },
  ])
  expect(stderr).toContain(`${cut}: `)
  expect(code).toBe(1)
})

test('a check that is false makes the exit code 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const file = join(folder, 'wrong.json')
  const { gunzipSync } = await import('node:zlib')
  const document = JSON.parse(gunzipSync(await readFile(block('19933122'))).toString())
  document.block.gasUsed = '0x1'
  delete document.block.hash
  await writeFile(file, JSON.stringify(document))
  const { code, stdout } = await parevm('run', file)
  expect(stdout).toContain('NOT gas')
  expect(code).toBe(1)
})

test.each([
  [['fly'], 'there is no command "fly"'],
  [['constructor'], 'there is no command "constructor"'],
  [['__proto__'], 'there is no command "__proto__"'],
  [['toString', '--help'], 'there is no command "toString"'],
  [['help', 'hasOwnProperty'], 'there is no command "hasOwnProperty"'],
  [['help', 'run', 'serve'], "'serve'"],
  [['--verbose', 'serve'], 'there is no flag before a command "--verbose"'],
  [['--version', 'serve'], "'serve'"],
  [['run', '--fast'], "'--fast'"],
  [['run', '--threads', 'two'], '--threads'],
  [['run', '--threads', '1e1'], '--threads'],
  [['run', '--threads'], '--threads'],
  [['run', '--threads='], '--threads needs a value'],
  [['run', '--threads', '--json'], '--threads'],
  [['run', '--threads', '1', '--threads', '2'], '--threads is given more than once'],
  [['run', '--json', '--json'], '--json is given more than once'],
  [['run', '--json=yes'], '--json'],
  [['run', '--executor', 'fast'], '"fast"'],
  [['bench'], 'there is no command "bench"'],
  [['serve', '--port', ''], '--port needs a value'],
  [['serve', '--port', '0x10'], '--port'],
  [['serve', '--gas', '1'], "'--gas'"],
  [['serve', 'moon'], "'moon'"],
  [['simulate', '--to', '0x1', '--to', '0x2'], '--to is given more than once'],
])('parevm %j ends with exit code 2 and names what is wrong', async (args, words) => {
  const { code, stdout, stderr } = await parevm(...args)
  expect(stderr).toContain(words)
  expect(stderr).toContain('Try: parevm ')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('--version prints the version of the package', async () => {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const stdout = `${JSON.parse(manifest).version}\n`
  expect(await parevm('--version')).toEqual({ code: 0, stdout, stderr: '' })
  expect(await parevm('-v')).toEqual({ code: 0, stdout, stderr: '' })
})

test('help is about the commands, or about one', async () => {
  const overview = await parevm('--help')
  expect(overview).toMatchObject({ code: 0, stderr: '' })
  for (const name of ['run', 'serve', 'simulate'])
    expect(overview.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  expect(overview.stdout).not.toContain('--mnemonic')
  for (const words of [[], ['-h'], ['help']]) expect(await parevm(...words)).toEqual(overview)

  const serve = await parevm('help', 'serve')
  expect(serve).toMatchObject({ code: 0, stderr: '' })
  expect(serve.stdout).toMatch(/^parevm serve .*--mnemonic/s)
  expect(serve.stdout).not.toContain('parevm simulate')
  for (const words of [
    ['serve', '-h'],
    ['serve', '--help'],
    ['serve', '--port', '1', '-h'],
  ])
    expect(await parevm(...words)).toEqual(serve)
})

/** https://github.com/erpc/erpc/issues/851 */
test('numbers of a file of calls keep their value', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const file = join(folder, 'calls.json')
  const [from, to] = [
    '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  ]
  await writeFile(
    file,
    `{"from":"${from}","calls":[{"to":"${to}","value":1000000000000000000001}]}`,
  )
  const { code, stdout } = await parevm('simulate', '--calls', file, '--json')
  expect(JSON.parse(stdout).assetChanges).toContainEqual(
    expect.objectContaining({ account: to, change: '0x3635c9adc5dea00001' }),
  )
  expect(code).toBe(0)
  await writeFile(file, `[{"from":"${from}","to":"${to}","value":1e21}]`)
  expect(await parevm('simulate', '--calls', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('value'),
  })
})
