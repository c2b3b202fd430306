// Formatting and lints of everything, as CI wants them.
//
//   npm run lint            says what is wrong
//   npm run format          repairs what can be repaired by a tool

import { join } from 'node:path'
import { api } from './check/api.mjs'
import { check } from './check.mjs'
import { language } from './language.mjs'
import { notices } from './notices.mjs'
import { capture, command, isProgram, root, run, StepError, say, secondsSince } from './process.mjs'
import { setup } from './setup.mjs'

const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** The profile of the tests: macros and build scripts are compiled once for all. */
const profile = ['--profile', 'checked', '--locked']
/** Code of the test build is linted, too. */
const features = ['--features', 'parevm-wasm/testing']

/** The steps: a name and the command; `fix` is the command that repairs. */
const steps = [
  { name: 'rustfmt', run: ['cargo', 'fmt', '--all', '--check'], fix: ['cargo', 'fmt', '--all'] },
  {
    name: 'biome',
    run: [process.execPath, biome, 'check', '--error-on-warnings'],
    fix: [process.execPath, biome, 'check', '--write'],
  },
  { name: 'tsc', run: [process.execPath, tsc, '--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'clippy',
    run: [
      'cargo',
      'clippy',
      '--workspace',
      '--all-targets',
      ...features,
      ...profile,
      '--',
      '-D',
      'warnings',
    ],
  },
  {
    name: 'rustdoc',
    run: ['cargo', 'doc', '--workspace', '--no-deps', ...features, ...profile, '--quiet'],
    fix: ['cargo', 'doc', '--workspace', '--no-deps', ...features, ...profile, '--quiet'],
    env: { RUSTDOCFLAGS: '-D warnings' },
  },
]

async function ensureComponent(tool, component) {
  if (capture('cargo', [tool, '--version']) !== null) return
  say('install', `component ${component} with rustup: npm run lint uses it`)
  if ((await run('rustup', ['component', 'add', component])) !== 0) {
    throw new StepError(`cargo ${tool} is missing`, `rustup component add ${component}`)
  }
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const { cargo } = await setup()
    await ensureComponent('fmt', 'rustfmt')
    await ensureComponent('clippy', 'clippy')
    const fix = args.includes('--fix')
    const failed = []
    for (const step of steps) {
      const line = fix ? step.fix : step.run
      if (line === undefined) continue
      const start = performance.now()
      const code = await run(line[0], line.slice(1), { env: { ...cargo.env, ...step.env } })
      say('lint', `${step.name} ${code === 0 ? 'ok' : 'failed'} (${secondsSince(start)})`)
      if (code !== 0) failed.push(step.name)
    }
    // The list is read from what the step rustdoc wrote.
    if (!failed.includes('rustdoc') && api({ write: fix }) !== 0) failed.push('api')
    if (!fix && check() !== 0) failed.push('check')
    if (notices({ write: fix }) !== 0) failed.push('notices')
    if (language() !== 0) failed.push('wording')
    if (failed.length > 0)
      throw new StepError(
        `${failed.join(', ')} found something`,
        'read the messages above; npm run format repairs the formatting',
      )
  })
}
