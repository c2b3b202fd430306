// Runs the tests: all of them, or the suites that are named.
//
//   npm test                         everything
//   npm test -- rust node            these suites; `npm test -- --list` names them all
//   npm test -- node -- -t receipts  what follows the second `--` goes to the runner
//
// Each runner prints its own summary; the last lines name the suites that failed.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { command, root, run, StepError, say, secondsSince } from './process.mjs'
import { setup } from './setup.mjs'
import { listFiles } from './stamp.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/** The suites in the order in which they run: cheap ones first. */
const suites = {
  scripts: {
    about: 'the scripts that set up and build, the cure of waits',
    start: (_, rest) => node(process.execPath, ['--test', ...rest, ...listTests('scripts/test')]),
  },
  scripts22: {
    about: 'the same on the second line of Node',
    needs: 'node',
    start: ({ browsers }, rest) =>
      node(browsers.node, ['--test', ...rest, ...listTests('scripts/test')]),
  },
  rust: {
    about: 'the crates, natively: every block and every rule',
    start: ({ cargo }, rest) =>
      run('cargo', ['test', '--workspace', '--profile', 'checked', '--locked', ...rest], {
        env: cargo.env,
      }),
  },
  loom: {
    about: 'the protocol of parevm-stm in every order of its steps',
    present: () => existsSync(join(root, 'crate/stm/tests/loom.rs')),
    start: ({ cargo }, rest) =>
      run(
        'cargo',
        ['test', '-p', 'parevm-stm', '--test', 'loom', '--profile', 'checked', '--locked', ...rest],
        {
          // A folder of its own: the flag would have everything else compiled again.
          env: {
            ...cargo.env,
            RUSTFLAGS: '--cfg parevm_loom',
            CARGO_TARGET_DIR: targetFolder('loom'),
          },
        },
      ),
  },
  unit: { about: 'the TypeScript, part by part', start: vitestProject('unit') },
  node: { about: 'the package in this Node', start: vitestProject('node') },
  node22: {
    about: 'the package in the second line of Node',
    needs: 'node',
    start: ({ browsers }, rest) => vitestProject('node', browsers.node)({ browsers }, rest),
  },
  browser: { about: 'the package in Chromium and Firefox', start: vitestProject('browser') },
}

function targetFolder(name) {
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), name)
}

function listTests(folder) {
  return listFiles(root, [folder]).filter((path) => path.endsWith('.test.mjs'))
}

function node(path, args) {
  return run(path, args)
}

function vitestProject(name, nodePath = process.execPath) {
  return ({ browsers }, rest) =>
    run(nodePath, [vitest, 'run', '--project', name, '--passWithNoTests', ...rest], {
      env: {
        CHROMIUM_PATH: browsers.chromium,
        FIREFOX_PATH: browsers.firefox,
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
  await build(ready)
  const chosen = words.length > 0 ? words : Object.keys(suites)
  const outcome = []
  for (const name of chosen) {
    const suite = suites[name]
    if (suite.present?.() === false) continue
    if (suite.needs && ready.browsers[suite.needs] === null) {
      outcome.push([name, 'skipped: there is no package of this Node for the platform'])
      continue
    }
    say('test', `${name}: ${suite.about}`)
    const start = performance.now()
    const code = await suite.start(ready, rest)
    outcome.push([name, `${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(start)})`])
  }
  for (const [name, text] of outcome) say(name, text)
  return outcome.some(([, text]) => text.startsWith('FAILED')) ? 1 : 0
})
