import { execFile } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../bench/blocks.mjs', import.meta.url))

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test.each([
  [['--suite', 'moon'], '"moon"'],
  [['--only', 'moon'], 'moon'],
  [['moon'], "'moon'"],
])('bench %j is refused, and what is wrong is named', async (args, words) => {
  const { code, stdout, stderr } = await bench(...args)
  expect(stderr).toContain(words)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('figures that a full disk does not take are printed all the same', async () => {
  const block = ['--only', '19933122', '--threads', '1', '--runs', '1', '--sample-ms', '1']
  const { code, stdout, stderr } = await bench(...block, '--json', '/dev/full')
  expect(stdout).toContain('19933122')
  expect(stderr).toContain('ENOSPC')
  expect(code).toBe(1)
})

test('bench writes rows and sums as agreed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  const json = join(folder, 'bench.json')
  const { code } = await bench('--threads', '1,2', '--runs', '1', '--json', json)
  const report = JSON.parse(await readFile(json, 'utf8'))
  const names = ['13217637', '13217637', '19933122', '19933122', '21429063', '21429063']
  expect(report.rows.map((row: { name: string }) => row.name)).toEqual(names)
  expect(report.rows[3]).toEqual({
    name: '19933122',
    threads: 2,
    executor: expect.stringMatching(/^(parallel|sequential)$/),
    plainMs: expect.any(Number),
    sequentialMs: expect.any(Number),
    parallelMs: expect.any(Number),
    balMs: expect.any(Number),
    longestMs: expect.any(Number),
    reExecutions: expect.any(Number),
    gasUsed: 2_056_821,
  })
  expect(report.aggregate).toEqual(
    [1, 2].map((threads) => ({
      threads,
      speedup: expect.any(Number),
      worst: expect.any(Number),
      worstName: expect.any(String),
      ideal: expect.any(Number),
      gasPerSecond: expect.any(Number),
      without: [],
      bal: { speedup: expect.any(Number), ofIdeal: expect.any(Number), blocks: 3 },
    })),
  )
  expect(report).toHaveProperty('machine.cpu')
  expect(report).toHaveProperty('versions.parevm')
  expect(code).toBe(0)
})

test('bench makes and runs the blocks of the synthetic suite', async () => {
  const suite = ['--suite', 'synthetic', '--count', '20', '--threads', '2', '--runs', '1']
  const { code, stdout } = await bench(...suite)
  for (const name of ['transfers', 'erc20', 'erc20-into-one', 'swaps', 'one-pool', 'hot-mix'])
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
  expect(stdout).toMatch(/^transfers +2 +420000 /m)
  expect(code).toBe(0)
})
