// Runs the tests: all of them, or the suites that are named.
//
//   npm test                         everything
//   npm test -- rust node            these suites; `npm test -- --list` names them all
//   npm test -- node -- -t receipts  what follows the second `--` goes to the runner
//
// Each runner prints its own summary; the last lines name the suites that failed, and what was not run for
// want of data that is not in the repository (`PAREVM_DATA`, see data.mjs).

import { join } from 'node:path'
import { build } from './build.mjs'
import { checkConformance } from './conformance/check.mjs'
import { outsideFolder, variable } from './data.mjs'
import { command, root, run, StepError, say, secondsSince } from './process.mjs'
import { setup } from './setup.mjs'
import { listFiles } from './stamp.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/** The suites in the order in which they run: cheap ones first. */
const suites = {
  scripts: {
    about: 'the scripts that set up and build, the cure of waits',
    start: (_, rest) => nodeTest(process.execPath, rest),
  },
  scripts22: {
    about: 'the same on the second line of Node',
    needs: 'node',
    start: ({ browsers }, rest) => nodeTest(browsers.node, rest),
  },
  rust: {
    about: 'the crates, natively: every block and every rule',
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
      run(process.execPath, ['tests/second-opinion/run.mjs', ...rest], { env: cargo.env }),
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
  node22: {
    about: 'the package in the second line of Node',
    builds: ['package', 'testing'],
    needs: 'node',
    start: ({ browsers }, rest) => vitestProject('node', browsers.node)({ browsers }, rest),
  },
  browser: {
    about: 'the package in Chromium and Firefox',
    builds: ['package', 'testing'],
    start: vitestProject('browser'),
  },
  conformance: {
    about: 'official fixtures: the small suites, and a sample of the others in every build',
    builds: ['package', 'testing'],
    start: (ready) => checkConformance(ready),
  },
}

/** Tests that need outside data are ignored without it, each with its reason; so are they counted. */
async function testCrates({ env }, rest) {
  const words = ['test', '--workspace', '--profile', 'checked', '--locked']
  if (outsideFolder() !== null && !rest.includes('--'))
    return { code: await run('cargo', [...words, ...rest, '--', '--include-ignored'], { env }) }
  const lines = []
  const code = await run('cargo', [...words, ...rest], { env, onLine: (line) => lines.push(line) })
  return {
    code,
    notRun: lines
      .map((line) => /^test (\S+) \.\.\. ignored, (.*)$/.exec(line))
      .filter(Boolean)
      .map(([, test, reason]) => `${test}: ${reason}`),
  }
}

function targetFolder(name) {
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), name)
}

function listTests(folder) {
  return listFiles(root, [folder]).filter((path) => path.endsWith('.test.mjs'))
}

function nodeTest(path, rest) {
  return run(path, ['--test', '--test-reporter=spec', ...rest, ...listTests('scripts/test')])
}

function vitestProject(name, nodePath = process.execPath) {
  return ({ browsers }, rest) =>
    run(nodePath, [vitest, 'run', '--project', name, '--passWithNoTests', ...rest], {
      env: {
        CHROMIUM_PATH: browsers.chromium,
        FIREFOX_PATH: browsers.firefox,
        SECOND_NODE: nodePath === process.execPath ? '' : '1',
      },
    })
}

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
  // What breaks engines, measures and runs official fixtures is not in the package.
  if (needs('testing')) await build(ready, { only: 'testing' })
  const outcome = []
  const lacking = []
  for (const name of chosen) {
    const suite = suites[name]
    if (suite.needs && ready.browsers[suite.needs] === null) {
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
      `${lacking.length} parts: ${variable} names no folder with their data; to get it: HACKING.md, "Outside data"`,
    )
  return outcome.some(([, text]) => text.startsWith('FAILED')) ? 1 : 0
})
