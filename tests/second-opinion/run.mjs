// Asks another EVM, EthereumJS, which shares no code with revm.
//
//   npm run second-opinion -- [--count N] [--seed N] [--percent N] [--dir DIR] [--cli FILE] [--json FILE]
//
// Runs N made blocks and so many percent of the official chains in DIR, a folder of fixtures or one
// of their archives: by default the suite `blockchain` of the outside data, else the sample of it in the
// repository. Differences that differences.json gives a reason for are listed; any other fails.
// The last line is `N passed, N failed, N skipped`.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildCli } from '../../scripts/cli.mjs'
import { findEmbedded, findFixtures } from '../../scripts/conformance/suites.mjs'
import { fixtures } from './fixtures.mjs'
import { made } from './made.mjs'
import { random, sample } from './sample.mjs'

const complete = findFixtures('blockchain')

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '0' },
    percent: { type: 'string', default: complete === null ? '5' : '0.5' },
    dir: { type: 'string', default: complete ?? findEmbedded('blockchain') },
    cli: { type: 'string' },
    json: { type: 'string' },
  },
})
const seed = Number(options.seed)
const reasons = JSON.parse(await readFile(join(import.meta.dirname, 'differences.json'), 'utf8'))
const totals = { passed: 0, failed: 0, skipped: 0 }
const verdicts = []
const skips = new Map()

function report({ name, difference, skipped }) {
  if (skipped) count('skipped', skipped)
  else if (!difference) totals.passed++
  else {
    const words = `${name}: ${difference}`
    const known = reasons.find(({ pattern }) => new RegExp(pattern).test(words))
    if (known) count('skipped', `differs: ${known.reason}`)
    else {
      totals.failed++
      console.error(words)
    }
  }
  verdicts.push({ name, difference: difference ?? null, skipped: skipped ?? null })
}

function count(what, reason) {
  totals[what]++
  skips.set(reason, (skips.get(reason) ?? 0) + 1)
}

const start = performance.now()
if (Number(options.count) > 0) {
  await made({
    cli: options.cli ?? (await buildCli('checked')),
    seed,
    count: Number(options.count),
    report,
  })
}
await official(options.dir)
for (const [reason, times] of skips) console.error(`${times} skipped: ${reason}`)
console.error(`${((performance.now() - start) / 1000).toFixed(1)} s`)
if (options.json) writeFileSync(options.json, JSON.stringify(verdicts))
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0

async function official(place) {
  const unpacked = mkdtempSync(join(tmpdir(), 'parevm-second-opinion-'))
  // A tenth of the files and of each so much that it comes to `percent` in all: some files hold
  // thousands of chains.
  const percent = Number(options.percent)
  const share = Math.max(percent, Math.min(100, percent * 10))
  const next = random(seed)
  const choose = () => next() * share < percent
  try {
    const isArchive = !statSync(place).isDirectory()
    const files = isArchive ? listArchive(place) : readdirSync(place, { recursive: true })
    const chosen = sample(files.filter((file) => file.endsWith('.json')).sort(), share, seed)
    if (isArchive)
      execFileSync('tar', ['-xJf', place, '-C', unpacked, '-T', '-'], { input: chosen.join('\n') })
    const folder = isArchive ? unpacked : place
    for (const file of chosen) await fixtures({ file: join(folder, file), choose, report })
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
}

function listArchive(place) {
  const text = execFileSync('tar', ['-tJf', place], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return text.split('\n')
}
