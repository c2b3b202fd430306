// Runs official fixtures on a build of the engine.
//
//   npm run conformance -- --suite NAME --dir DIR
//     --build threads|single|native   the wasm builds in this Node, or the binary (default: threads)
//     --threads N                     executing threads of each engine              (default: 2)
//     --executor NAME,...             a case must pass with each      (default: sequential,parallel)
//     --sample PERCENT --seed N       a share of the files, the same for the same seed
//     --case NAME [--trace]           one case; its steps as EIP-3155 says         (trace: native)
//     --url URL                       judges a server of JSON-RPC: only the suite rpc
//     --json FILE                     writes counts, failures and skips
//   npm run conformance -- --table [--build NAME,...] [--sample PERCENT --seed N]
//     every suite of the folder that PAREVM_DATA names with every build, and the table of docs/conformance.md
//
// DIR has .json, .json.gz and archives of them; the suite rpc reads .io files and what lies beside them. The last line on stdout counts the cases.

import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { build as buildPackage } from './build.mjs'
import { buildCli } from './cli.mjs'
import { runFiles } from './conformance/engines.mjs'
import { walk } from './conformance/files.mjs'
import { createReport } from './conformance/report.mjs'
import { writeTable } from './conformance/table.mjs'
import { command, isProgram, run, StepError } from './process.mjs'
import { setup } from './setup.mjs'

const options = {
  suite: { type: 'string' },
  dir: { type: 'string' },
  build: { type: 'string', default: 'threads' },
  threads: { type: 'string', default: '2' },
  executor: { type: 'string', default: 'sequential,parallel' },
  sample: { type: 'string', default: '100' },
  seed: { type: 'string', default: '0' },
  case: { type: 'string' },
  trace: { type: 'boolean', default: false },
  json: { type: 'string' },
  url: { type: 'string' },
}

/** Parses the words after the command. */
export function readArguments(args) {
  let values
  try {
    values = parseArgs({ args, options }).values
  } catch (error) {
    throw new StepError(error.message, 'npm run conformance -- --suite state --dir DIR')
  }
  for (const name of ['suite', 'dir']) {
    if (values[name] === undefined)
      throw new StepError(`--${name} is missing`, 'npm run conformance -- --suite state --dir DIR')
  }
  if (!['threads', 'single', 'native'].includes(values.build))
    throw new StepError(`there is no build ${values.build}`, '--build threads')
  if (values.trace && values.build !== 'native')
    throw new StepError('only the native build traces', '--build native')
  if (values.url !== undefined && (values.suite !== 'rpc' || values.build === 'native'))
    throw new StepError('--url is for the suite rpc and not the native build', '--suite rpc')
  const number = (name, least, most) => {
    const value = Number(values[name])
    if (values[name].trim() !== '' && value >= least && value <= most) return value
    throw new StepError(`--${name} takes a number from ${least} to ${most}`, `--${name} ${most}`)
  }
  return {
    ...values,
    threads: number('threads', 1, 256),
    sample: number('sample', 0, 100),
    seed: number('seed', 0, Number.MAX_SAFE_INTEGER),
    executors: values.executor.split(','),
  }
}

/** Resolves with the exit code: 0 only if something was run and nothing failed. */
export async function conformance(args, { profile = 'checked' } = {}) {
  if (args.includes('--table'))
    return writeTable(
      (words) => conformance(words, { profile: 'release' }),
      args.filter((word) => word !== '--table'),
    )
  const wanted = readArguments(args)
  const ready = await setup()
  if (wanted.build === 'native') return native(ready, wanted, profile)
  await buildPackage(ready, { only: 'testing' })
  // A server has one chain, which a file may change.
  const engines = wanted.url === undefined ? availableParallelism() : 1
  // Each thread of the single build is an instance of its own, which runs no fixtures.
  const threads = wanted.build === 'single' ? 1 : wanted.threads
  const { stderr, stdout } = await import('../dist/testing/js/bin/output.js')
  const { clean } = await import('../dist/testing/js/bin/terminal.js')
  const terminal = { clean, printError: (text) => stderr.note(text) }
  const build = wanted.url ?? wanted.build
  const report = createReport({ ...wanted, build, threads, engines, terminal })
  await runFiles(walk(wanted.dir, wanted), { ...wanted, threads, engines, report })
  if (wanted.json !== undefined) writeFileSync(wanted.json, `${report.json()}\n`)
  await stdout.print(report.text())
  return report.isGood() ? 0 : 1
}

/** The same command of the binary: of the one that the tests use, or for the times of the table of a release. */
async function native({ cargo }, wanted, profile) {
  const args = ['conformance']
  const names = ['suite', 'dir', 'threads', 'executor', 'sample', 'seed', 'case', 'json']
  for (const name of names) {
    if (wanted[name] !== undefined) args.push(`--${name}`, String(wanted[name]))
  }
  if (wanted.trace) args.push('--trace')
  const cli = await buildCli(profile, cargo.env)
  return run(cli, args, { cwd: process.cwd(), output: 'own' })
}

if (isProgram(import.meta.url)) await command(conformance)
