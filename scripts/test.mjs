// Runs the tests: all of them, or the suites that are named.
//
//   npm test                         everything
//   npm test -- rust node            these suites; `npm test -- --list` names them all
//   npm test -- node -- -t receipts  what follows the second `--` goes to the runner
//
// Each runner prints its own summary; the last lines name the suites that failed, and what was not run for
// want of data that is not in the repository (`PAREVM_DATA`, see data.mjs).

import { join } from 'node:path'
import { runMatrix } from '../tests/matrix/run.mjs'
import { build } from './build.mjs'
import { checkConformance, checkOutside, namesNotRun } from './conformance/check.mjs'
import { outsideFolder, variable } from './data.mjs'
import { command, isProgram, root, run, StepError, say, secondsSince } from './process.mjs'
import { readPins, setup } from './setup.mjs'
import { checkSizes } from './size.mjs'
import { listFiles } from './stamp.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/** The rust tests that read outside data where there is some, as filters of the test runner. */
export const outsideTests = [
  'metamorphic',
  'block::recorded',
  'block::stateless',
  'executor::bal',
  'executor::partial_results',
  'executor::fetched',
  'executor::fuzz',
  'trace::vectors',
]

/**
 * Test files for the further lines of Node. `smoke` is what every line must do; `host` adds what depends on its
 * workers, streams, files and processes. What depends on the engine alone is tested in this Node.
 */
export const parts = {
  smoke: [
    'js/src/loader',
    ...['blocks', 'executeBlock', 'provider', 'serve.test'].map((name) => `tests/node/${name}`),
  ],
}
parts.host = [
  ...parts.smoke,
  ...['faults', 'lifetime', 'obstacles', 'package', 'readers', 'stream', 'surroundings'].map(
    (name) => `tests/node/${name}`,
  ),
]

/** The suites in the order in which they run: cheap ones first. */
const suites = {
  scripts: {
    about: 'the scripts that set up and build, the cure of waits',
    start: (_, rest) => nodeTest(process.execPath, rest, listTests('scripts/test')),
  },
  rust: {
    about: 'the crates, natively: every rule, and the blocks of the repository',
    start: ({ cargo }, rest) => testCrates(cargo, rest),
  },
  loom: {
    about: 'the claims of parevm-stm in every order of its steps',
    start: ({ cargo }, rest) => {
      const args = ['test', '-p', 'parevm-stm', '--lib', '--profile', 'checked', '--locked']
      // A folder of its own: the flag would have everything else compiled again.
      const CARGO_TARGET_DIR = targetFolder('loom')
      const CARGO_ENCODED_RUSTFLAGS = ['--cfg', 'parevm_loom'].join('\x1f')
      return run('cargo', [...args, ...rest, 'model'], {
        env: { ...cargo.env, CARGO_TARGET_DIR, CARGO_ENCODED_RUSTFLAGS },
      })
    },
  },
  second: {
    about: 'a sample of blocks in another EVM, EthereumJS',
    start: ({ cargo }, rest) =>
      run(process.execPath, ['tests/second-opinion/run.mjs', ...rest], {
        env: { ...cargo.env, [variable]: '' },
      }),
  },
  size: {
    about: 'the download beside its recorded size',
    builds: ['package'],
    start: () => checkSizes(),
  },
  unit: {
    about: 'the TypeScript, part by part',
    builds: ['package'],
    start: vitestProject('unit'),
  },
  node: {
    about: 'the package in this Node',
    builds: ['package', 'testing'],
    start: vitestProject('node'),
  },
  ...Object.fromEntries(readPins().node.also.map((line) => [nameOf(line), suiteOf(line)])),
  browser: {
    about: 'the package in Chromium and Firefox',
    builds: ['package', 'testing'],
    start: vitestProject('browser'),
  },
  matrix: {
    about: 'the packed package in bundlers and pages that need no further tools',
    builds: ['package'],
    start: (_, rest) => runMatrix({ short: true, only: rest[0] }),
  },
  conformance: {
    about: 'official fixtures of the repository: small suites natively, samples in every build',
    builds: ['package', 'testing'],
    start: (ready) => checkConformance(ready),
  },
  data: {
    about: 'outside data: all recorded blocks, complete suites and other samples of fixtures',
    builds: ['package', 'testing'],
    start: (ready) => testOutside(ready),
  },
}

/** `node24` for version 24.22.3. */
function nameOf({ version }) {
  return `node${version.split('.')[0]}`
}

/** The suite of a further line of Node. */
function suiteOf(line) {
  return {
    about: `the package in Node ${line.version}: ${line.tests === 'host' ? 'what depends on the host' : 'a smoke test'}`,
    builds: ['package', 'testing'],
    needs: nameOf(line),
    start: async ({ browsers }, rest) => {
      const node = browsers.nodes[nameOf(line)]
      const waits = await nodeTest(node, [], ['scripts/test/wait32.test.mjs'])
      const files = [...parts[line.tests], ...rest]
      return (await vitestProject(['unit', 'node'], node)({ browsers }, files)) || waits
    },
  }
}

/** Tests that need outside data are ignored, each with its reason. The suite `data` runs them. */
async function testCrates({ env }, rest) {
  const lines = []
  const code = await run('cargo', [...cargoTest, ...rest], {
    env: { ...env, [variable]: '' },
    onLine: (line) => lines.push(line),
  })
  if (outsideFolder() !== null) return { code }
  return {
    code,
    notRun: lines
      .map((line) => /^test (\S+) \.\.\. ignored, (.*)$/.exec(line))
      .filter(Boolean)
      .map(([, test, reason]) => `${test}: ${reason}`),
  }
}

const cargoTest = ['test', '--workspace', '--profile', 'checked', '--locked']

/** Runs only what the suites `rust` and `conformance` do otherwise, or not at all, without the data. */
async function testOutside(ready) {
  if (outsideFolder() === null) return { code: 0, notRun: namesNotRun() }
  const only = ['--lib', '--test', 'suite', '--', '--include-ignored', ...outsideTests]
  const code = await run('cargo', [...cargoTest, ...only], { env: ready.cargo.env })
  return { code: (await checkOutside(ready)) || code, notRun: namesNotRun() }
}

function targetFolder(name) {
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), name)
}

function listTests(folder) {
  return listFiles(root, [folder]).filter((path) => path.endsWith('.test.mjs'))
}

function nodeTest(path, rest, files) {
  return run(path, ['--test', '--test-reporter=spec', ...rest, ...files])
}

function vitestProject(names, nodePath = process.execPath) {
  const projects = [names].flat().flatMap((name) => ['--project', name])
  return ({ browsers }, rest) =>
    run(nodePath, [vitest, 'run', ...projects, '--passWithNoTests', ...rest], {
      env: {
        CHROMIUM_PATH: browsers.chromium,
        FIREFOX_PATH: browsers.firefox,
      },
    })
}

if (isProgram(import.meta.url))
  await command(async (args) => {
    const border = args.indexOf('--')
    const words = border === -1 ? args : args.slice(0, border)
    const rest = border === -1 ? [] : args.slice(border + 1)
    if (words.includes('--list')) {
      for (const [name, { about }] of Object.entries(suites)) say(name, about)
      return 0
    }
    const unknown = words.filter((word) => !(word in suites))
    if (unknown.length > 0)
      throw new StepError(`no suite ${unknown.join(', ')}`, 'npm test -- --list')

    const ready = await setup({ test: true })
    const chosen = words.length > 0 ? words : Object.keys(suites)
    const needs = (one) => chosen.some((name) => suites[name].builds?.includes(one))
    if (needs('package')) await build(ready)
    // Fault injection, timing and official fixtures are not in the package.
    if (needs('testing')) await build(ready, { only: 'testing' })
    const outcome = []
    const lacking = []
    for (const name of chosen) {
      const suite = suites[name]
      if (suite.needs && ready.browsers.nodes[suite.needs] === undefined) {
        outcome.push([name, 'skipped: there is no package of this Node for the platform'])
        continue
      }
      say('test', `${name}: ${suite.about}`)
      const start = performance.now()
      const result = await suite.start(ready, rest)
      const { code, notRun } = typeof result === 'number' ? { code: result } : result
      outcome.push([name, `${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(start)})`])
      lacking.push(...(notRun ?? []).map((what) => [name, what]))
    }
    for (const [name, text] of outcome) say(name, text)
    for (const [name, what] of lacking) say('skipped', `${name}: ${what}`)
    if (lacking.length > 0)
      say(
        'skipped',
        `${lacking.length} parts: ${variable} names no folder with their data; to get it: docs/testing.md, "Outside data"`,
      )
    return outcome.some(([, text]) => text.startsWith('FAILED')) ? 1 : 0
  })
