// Writes the archives of official fixtures that lie in the repository, from the outside data.
//
//   PAREVM_DATA=DIR node scripts/conformance/embed.mjs
//
// A seeded sample of the files of each suite, without the largest ones; of execution-apis everything. The
// same data gives the same bytes (GNU tar, xz).

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { embedded, variable } from '../data.mjs'
import { command, StepError, say } from '../process.mjs'
import { isInSample } from './sample.mjs'
import { findFixtures } from './suites.mjs'

const seed = 1
/** Share of the files in percent, and the largest file in bytes, by suite. */
const samples = {
  state: [20, 100_000],
  blockchain: [10, 1_000_000],
  bal: [30, 400_000],
  zkevm: [30, 400_000],
  rpc: [100, 1_000_000],
}
/** Files that tests tamper with (`crate/cli/src/conformance/tampered.rs`). */
const tampered = [
  'bal_empty_block_no_coinbase.json',
  'bal_invalid_duplicate_account.json',
  'witness_headers_empty_block.json',
  'witness_codes_extcodesize.json',
]

await command(() => {
  for (const [suite, [sample, mostBytes]] of Object.entries(samples)) {
    const source = findFixtures(suite)
    if (source === null) throw new StepError(`no fixtures of ${suite}`, `${variable}=DIR`)
    const unpacked = mkdtempSync(join(tmpdir(), 'parevm-embed-'))
    try {
      const folder = statSync(source).isDirectory() ? source : unpacked
      if (folder === unpacked) must('tar', ['-xf', source, '-C', unpacked])
      const names = readdirSync(folder, { recursive: true })
        .filter((name) => statSync(join(folder, name)).isFile())
        .filter((name) => isInSample(name, { sample, seed }) || tampered.includes(basename(name)))
        .filter((name) => statSync(join(folder, name)).size <= mostBytes)
        .sort()
      const stable = ['--owner=0', '--group=0', '--numeric-owner', '--mode=0644', '--mtime=@0']
      const archive = must('tar', ['-C', folder, ...stable, '-cf', '-', ...names])
      const bytes = must('xz', ['-9e', '-c'], archive)
      writeFileSync(join(embedded, `${suite}.tar.xz`), bytes)
      say('embedded', `${suite}: ${names.length} files, ${bytes.length} bytes`)
    } finally {
      rmSync(unpacked, { recursive: true, force: true })
    }
  }
})

/** Returns the bytes that a program prints. */
function must(program, args, input) {
  const { status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new StepError(`${program}: ${stderr}`, `${program} --version`)
  return stdout
}
