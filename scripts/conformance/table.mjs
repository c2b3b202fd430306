// Table of docs/conformance.md: every suite with every build.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { variable } from '../data.mjs'
import { replaced } from '../markers.mjs'
import { root, StepError, say } from '../process.mjs'
import { findFixtures, suiteNames } from './suites.mjs'

const markers = ['<!-- table of npm run conformance -->', '<!-- end of conformance -->']
const options = {
  build: { type: 'string', default: 'native,threads,single' },
  sample: { type: 'string' },
  seed: { type: 'string' },
}
const builds = [
  ['native', '2'],
  ['threads', '2'],
  ['single', '1'],
]

/**
 * Runs every suite with each build, writes the table into docs/conformance.md and resolves with 0 if nothing
 * failed. `conformance` runs one suite with one build, `args` say which builds and files.
 */
export async function writeTable(conformance, args) {
  const { build, ...choice } = parseArgs({ args, options }).values
  const wanted = build.split(',')
  const rest = Object.entries(choice).flatMap(([name, value]) => [`--${name}`, value])
  const folder = mkdtempSync(join(tmpdir(), 'parevm-table-'))
  const rows = []
  let failed = 0
  try {
    for (const suite of suiteNames) {
      const dir = findFixtures(suite)
      if (dir === null) throw new StepError(`there are no fixtures of ${suite}`, `${variable}=DIR`)
      for (const [build, threads] of builds.filter(([build]) => wanted.includes(build))) {
        const json = join(folder, `${suite}-${build}.json`)
        const words = ['--suite', suite, '--dir', dir, '--build', build, '--threads', threads]
        const code = await conformance([...words, ...rest, '--json', json])
        if (code !== 0) failed += 1
        rows.push({ ...JSON.parse(readFileSync(json, 'utf8')), suite, build, threads })
        say('table', `${suite}, ${build}: exit code ${code}`)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const text = tableOf(rows, { cpu: cpus()[0]?.model.trim(), cores: availableParallelism() })
  process.stdout.write(text)
  const page = join(root, 'docs/conformance.md')
  writeFileSync(page, replaced(readFileSync(page, 'utf8'), markers, text))
  return failed === 0 ? 0 : 1
}

/** Returns the rows as Markdown, one line for each suite and build. */
export function tableOf(rows, { cpu, cores }) {
  const head = ['suite', 'cases', 'passed', 'failed', 'skipped', 'build', 'threads', 'time']
  const lines = [head, head.map(() => '---')]
  for (const { suite, passed, failed, skipped, build, threads, seconds } of rows) {
    const cases = passed + failed + skipped
    const time = seconds < 100 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`
    lines.push([suite, cases, passed, failed, skipped, names[build], threads, time].map(String))
  }
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return `${table}\n\n${cpu}, ${cores} cores, as many engines at once.\n`
}

const names = { native: 'native', threads: 'wasm, threads', single: 'wasm, single' }
