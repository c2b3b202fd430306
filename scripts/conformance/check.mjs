// What `npm test` runs of the official fixtures: the small suites natively, those of JSON-RPC also in every
// build and over HTTP, and samples of the large ones in every build. The repository has samples of most
// suites; with outside data the small suites are complete and the samples others.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { conformance } from '../conformance.mjs'
import { root, run, StepError, say, secondsSince } from '../process.mjs'
import { isInSample } from './sample.mjs'
import { findEmbedded, findFixtures } from './suites.mjs'

const seed = 1
/** Shares of the files of `sampled`, in percent: of complete suites, and of those in the repository. */
const shares = {
  complete: { inNode: 10, inBrowsers: 1 },
  embedded: { inNode: 100, inBrowsers: 8 },
}
const sampled = ['state', 'blockchain']
const whole = ['precompiles', 'bal', 'zkevm', 'tracers']
/** Random blocks, and what the native build leaves of each. */
const made = join(root, 'crate/testkit/regression/made')

/** Resolves with the exit code, 0 if nothing failed, and with what was not run for want of data. */
export async function checkConformance({ cargo, browsers }) {
  const absent = whole.filter((suite) => fixturesOf(suite) === null)
  const partial = [...sampled, ...whole].filter(
    (suite) => findFixtures(suite) === null && !absent.includes(suite),
  )
  const notRun = [
    ...absent.map((suite) => `the fixtures of ${suite}`),
    ...partial.map((suite) => `the fixtures of ${suite} that are not in the repository's sample`),
  ]
  const code = await runParts({ cargo, browsers, absent })
  return { code, notRun }
}

const fixturesOf = (suite) => findFixtures(suite) ?? findEmbedded(suite)

/** Resolves with 0 if nothing failed. */
async function runParts({ cargo, browsers, absent }) {
  const folder = mkdtempSync(join(tmpdir(), 'parevm-sample-'))
  try {
    const [node, pages] = [join(folder, 'node'), join(folder, 'pages')]
    for (const suite of sampled) {
      const { inNode, inBrowsers } =
        findFixtures(suite) === null ? shares.embedded : shares.complete
      unpack(suite, join(node, suite), inNode)
      unpack(suite, join(pages, suite), inBrowsers)
    }
    const rpc = join(folder, 'rpc')
    mkdirSync(rpc)
    tar(['-xf', findEmbedded('rpc'), '-C', rpc])
    const parts = []
    for (const suite of whole.filter((suite) => !absent.includes(suite)))
      parts.push([`native ${suite}`, () => native(cargo, suite, fixturesOf(suite))])
    const inEveryBuild = [
      ...sampled.map((suite) => [suite, join(node, suite)]),
      ['made', made],
      ['rpc', rpc],
    ]
    for (const [suite, dir] of inEveryBuild) {
      parts.push([`native ${suite}`, () => native(cargo, suite, dir)])
      for (const [build, threads] of [
        ['threads', '2'],
        ['single', '1'],
      ]) {
        const words = ['--suite', suite, '--dir', dir, '--build', build, '--threads', threads]
        parts.push([`${build} ${suite}`, () => conformance(words)])
      }
    }
    parts.push(['served rpc', () => served(rpc)])
    parts.push(['browsers', () => inPages(browsers, pages)])
    let failed = 0
    for (const [name, start] of parts) {
      const time = performance.now()
      const code = await start()
      // Ended from outside: what is left is not wanted either.
      if (code === 130 || code === 143) return code
      if (code !== 0) failed += 1
      say('part', `${name} ${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(time)})`)
    }
    return failed === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a suite with the binary that the tests of the crates use. */
async function native({ env }, suite, dir) {
  // A test of the binary asks for it with the features of all tests, so nothing is compiled twice.
  const args = ['build', '--workspace', '--test', 'conformance', '--profile', 'checked', '--locked']
  const code = await run('cargo', args, { env })
  if (code !== 0) return code
  const folder = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
  return run(join(folder, 'checked/parevm-cli'), ['conformance', '--suite', suite, '--dir', dir])
}

/** The package's own server, over HTTP. */
async function served(dir) {
  const server = await startServer([
    '--no-mining',
    ...['--genesis', join(dir, 'genesis.json')],
    ...['--import', join(dir, 'chain.rlp')],
  ])
  try {
    return await conformance(['--suite', 'rpc', '--dir', dir, '--url', server.url])
  } finally {
    await server.stop()
  }
}

/** Resolves when `parevm serve` with these options says where it listens, and on which build. */
async function startServer(options) {
  const script = join(root, 'dist/js/bin/parevm.js')
  const words = [script, 'serve', '--json', '--port', '0', '--threads', '2', ...options]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill()
    await ended
  }
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), ended])
  if (!Array.isArray(first)) throw new StepError(`parevm serve ended with ${first}`, script)
  return { url: JSON.parse(first[0]).url, stop }
}

/** The page is served by the tests of browsers. */
function inPages(browsers, fixtures) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  return run(process.execPath, [vitest, 'run', '--project', 'browser', 'tests/conformance'], {
    env: {
      CHROMIUM_PATH: browsers.chromium,
      FIREFOX_PATH: browsers.firefox,
      PAREVM_FIXTURES: fixtures,
    },
  })
}

/** Unpacks `percent` of a hundred files of a suite; of a smaller share all are in a larger one. */
function unpack(suite, target, percent) {
  const archive = fixturesOf(suite)
  const names = tar(['-tf', archive]).split('\n')
  const chosen = names.filter(
    (name) => name.endsWith('.json') && isInSample(name, { sample: percent, seed }),
  )
  if (chosen.length === 0)
    throw new StepError(`no file of ${archive} is in the sample`, `tar -tf ${archive}`)
  mkdirSync(target, { recursive: true })
  tar(['-xf', archive, '-C', target, '--files-from', '-'], chosen.join('\n'))
}

function tar(args, input = '') {
  const { status, stdout, stderr, error } = spawnSync('tar', args, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new StepError(error?.message ?? stderr.trim(), `tar ${args.join(' ')}`)
  return stdout
}
