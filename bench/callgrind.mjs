// Counts instructions: the optimistic executor on one thread over plain revm.
//
//   npm run bench:instructions -- [--blocks DIR] [--only 13217637,...] [--run parallel] [--json FILE]
//
// Counts do not depend on other load of the machine. Each block is executed once and three times: half of the
// difference is one execution with warm caches, without start, decoding and warm-up.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildCli } from '../scripts/cli.mjs'
import { command, findCommand, isProgram, root, StepError } from '../scripts/process.mjs'
import { counted } from './figures.mjs'

/** Counts the instructions of blocks and returns `{ name, plain, parallel, ratio }` for each. */
export function countInstructions(program, { names, blocks, run = 'parallel' }) {
  if (!hasValgrind())
    throw new StepError('valgrind is not installed', 'apt-get install valgrind, or brew, dnf, ...')
  return names.map((name) => {
    const where = ['--only', name, ...(blocks === undefined ? [] : ['--blocks', blocks])]
    const plain = perRun(program, where, 'plain')
    const parallel = perRun(program, where, run)
    return { name, plain, parallel, ratio: parallel / plain }
  })
}

export const hasValgrind = () => findCommand('valgrind') !== null

/** Returns the instructions of one warm execution. */
function perRun(program, where, run) {
  const [once, thrice] = [1, 3].map((repeat) => count(program, where, run, repeat))
  return (thrice - once) / 2
}

function count(program, where, run, repeat) {
  const probe = ['probe', ...where, '--run', run, '--threads', '1', '--repeat', String(repeat)]
  const valgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, ...probe]
  const { status, stderr } = spawnSync('valgrind', valgrind, { cwd: root, encoding: 'utf8' })
  const collected = /Collected : (\d+)/.exec(stderr)?.[1]
  if (status !== 0 || collected === undefined) {
    const last = stderr.trim().split('\n').slice(-5).join('\n')
    throw new StepError(`valgrind failed:\n${last}`, ['valgrind', ...valgrind].join(' '))
  }
  return Number(collected)
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const options = {
      blocks: { type: 'string' },
      only: { type: 'string', default: counted.join() },
      run: { type: 'string', default: 'parallel' },
      json: { type: 'string' },
    }
    const { blocks, only, run, json } = parseArgs({ args, options }).values
    const program = await buildCli('release')
    const rows = countInstructions(program, { names: only.split(','), blocks, run })
    const shown = rows.map(
      ({ name, plain, parallel, ratio }) =>
        `${name.padEnd(14)} ${String(plain).padStart(14)} ${String(parallel).padStart(14)} ` +
        `${ratio.toFixed(3)}\n`,
    )
    process.stdout.write(`block           plain revm ins. ${run.padStart(10)} ins. ratio\n`)
    process.stdout.write(shown.join(''))
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`)
  })
}
