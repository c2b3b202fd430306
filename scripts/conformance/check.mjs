// Official fixtures that `npm test` runs: of the repository the small suites natively, the others and JSON-RPC in
// every build and JSON-RPC over HTTP; of the outside data the complete small suites and other samples.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildCli } from '../cli.mjs'
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

/** Runs the fixtures of the repository. Resolves with the exit code: 0 if nothing failed. */
export function checkConformance({ cargo, browsers }) {
  return inScratch(async (folder) => {
    const rpc = join(folder, 'rpc')
    mkdirSync(rpc)
    tar(['-xf', findEmbedded('rpc'), '-C', rpc])
    return runParts([
      ...partsOf({ cargo, browsers, folder, find: findEmbedded, share: shares.embedded }),
      ...inEveryBuild(cargo, 'made', made),
      ...inEveryBuild(cargo, 'rpc', rpc),
      ['served rpc', () => served(rpc)],
    ])
  })
}

/** Runs the fixtures of the outside data, as `checkConformance` does. */
export function checkOutside({ cargo, browsers }) {
  return inScratch((folder) =>
    runParts(partsOf({ cargo, browsers, folder, find: findFixtures, share: shares.complete })),
  )
}

/** Names the suites that lack outside data, or of which the repository has a sample only. */
export function namesNotRun() {
  return [...sampled, ...whole]
    .filter((suite) => findFixtures(suite) === null)
    .map((suite) =>
      findEmbedded(suite) === null
        ? `the fixtures of ${suite}`
        : `the fixtures of ${suite} that are not in the repository's sample`,
    )
}

async function inScratch(use) {
  const folder = mkdtempSync(join(tmpdir(), 'parevm-sample-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Small suites natively, samples of the others in every build and in browsers. `find` returns where a suite lies. */
function partsOf({ cargo, browsers, folder, find, share }) {
  const [node, pages] = [join(folder, 'node'), join(folder, 'pages')]
  const samples = sampled.filter((suite) => find(suite) !== null)
  for (const suite of samples) {
    unpack(find(suite), join(node, suite), share.inNode)
    unpack(find(suite), join(pages, suite), share.inBrowsers)
  }
  return [
    ...whole
      .filter((suite) => find(suite) !== null)
      .map((suite) => [`native ${suite}`, () => native(cargo, suite, find(suite))]),
    ...samples.flatMap((suite) => inEveryBuild(cargo, suite, join(node, suite))),
    ...(samples.length > 0 ? [['browsers', () => inPages(browsers, pages)]] : []),
  ]
}

function inEveryBuild(cargo, suite, dir) {
  const inNode = (build, threads) => () =>
    conformance(['--suite', suite, '--dir', dir, '--build', build, '--threads', threads])
  return [
    [`native ${suite}`, () => native(cargo, suite, dir)],
    [`threads ${suite}`, inNode('threads', '2')],
    [`single ${suite}`, inNode('single', '1')],
  ]
}

/** Runs the parts one after the other and resolves with 0 if nothing failed. */
async function runParts(parts) {
  let failed = 0
  for (const [name, start] of parts) {
    const time = performance.now()
    const code = await start()
    // Interrupted: the other parts are not wanted either.
    if (code === 130 || code === 143) return code
    if (code !== 0) failed += 1
    say('part', `${name} ${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(time)})`)
  }
  return failed === 0 ? 0 : 1
}

/** Runs a suite with the binary that the tests of the crates use. */
async function native({ env }, suite, dir) {
  const cli = await buildCli('checked', env)
  return run(cli, ['conformance', '--suite', suite, '--dir', dir])
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
function unpack(archive, target, percent) {
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
