// Checks what building and testing need, and installs what is missing.
//
//   node scripts/setup.mjs          for `npm start`, `npm run build`, `npm run bench`
//   node scripts/setup.mjs --test   also the browsers and the further lines of Node of `npm test`
//
// Every version comes from toolchain.json. A second run changes nothing.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  capture,
  command,
  findCommand,
  isProgram,
  mustRun,
  root,
  StepError,
  say,
  secondsSince,
} from './process.mjs'
import { checkBrowser, prepareBrowser, prepareNodes } from './setup/browser.mjs'
import { prepareCompiler } from './setup/compiler.mjs'
import { aptInstall } from './setup/package.mjs'
import { compareVersions, parseVersion } from './version.mjs'

/** The pins of toolchain.json. */
export function readPins() {
  return JSON.parse(readFileSync(join(root, 'toolchain.json'), 'utf8'))
}

/**
 * Makes everything ready and resolves with where it is:
 * `{ compiler, cargo, browsers }`.
 *
 * @param options - `test`: also prepare what only the tests need
 */
export async function setup({ test = false, verbose = false } = {}) {
  const start = performance.now()
  const pins = readPins()
  checkNode(pins.node)
  await prepareModules()
  await prepareLinker()
  const cargo = prepareCargo(pins.rust)
  const compiler = await prepareCompiler(pins.rust)
  const ready = { pins, cargo, compiler, browsers: null }
  if (test) {
    ready.browsers = {
      chromium: await prepareBrowser('chromium', pins.chromium),
      firefox: await prepareBrowser('firefox', pins.firefox),
      nodes: await prepareNodes(pins.node),
    }
  }
  if (verbose) report(ready)
  say('set-up', `ready (${secondsSince(start)}): ${compiler.text}, ${compiler.reason}`)
  return ready
}

function report({ pins, cargo, browsers }) {
  say('node', `${process.version}; ${pins.node.minimum} or newer is needed`)
  say('cargo', `${cargo.version}: native crates and their tests`)
  if (browsers === null) return
  for (const name of ['chromium', 'firefox']) {
    const version = checkBrowser(name, browsers[name], pins[name])
    say(name, `${browsers[name]} (${version ?? 'version unknown'}): ${pins[name].why}`)
  }
  const nodes = Object.entries(browsers.nodes)
  for (const [name, path] of nodes) say(name, path)
  if (nodes.length === 0) say('node', 'no package of other lines for this platform')
}

function checkNode(pin) {
  if (compareVersions(process.versions.node, pin.minimum) >= 0) return
  throw new StepError(
    `this is Node ${process.version}; ${pin.minimum} or newer is needed`,
    'install Node 20',
  )
}

/** `npm ci` where node_modules is absent or older than the lock file. */
async function prepareModules() {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  const reason = existsSync(installed) ? 'the lock file is newer' : 'TypeScript, test runner'
  say('install', `node modules with npm ci: ${reason}`)
  await mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    failure: 'npm ci could not install the node modules of package-lock.json',
  })
}

/** A linker for native code: build scripts and macros are native even in a wasm build. */
async function prepareLinker() {
  if (findCommand('cc') !== null) return
  if (process.platform === 'darwin') {
    throw new StepError('there is no C linker (cc): cargo needs one', 'xcode-select --install')
  }
  await aptInstall(['gcc', 'libc6-dev'], 'cargo links native code with cc')
}

/** The cargo for native code: `{ version, env }`. */
function prepareCargo(pins) {
  if (findCommand('cargo') === null) {
    throw new StepError(
      'cargo is missing: it builds the engine',
      'install rustup, see https://rustup.rs',
    )
  }
  let env = {}
  let version = parseVersion(capture('cargo', ['--version']))
  if (version === null) {
    // rustup without a default toolchain: take any that is new enough.
    const names = (capture('rustup', ['toolchain', 'list']) ?? '').match(/^\S+/gm) ?? []
    for (const name of names) {
      env = { RUSTUP_TOOLCHAIN: name }
      version = parseVersion(capture('cargo', ['--version'], { env }))
      if (version !== null) break
    }
  }
  if (version === null) throw new StepError('rustup has no toolchain', 'rustup default stable')
  if (compareVersions(version, pins.minimum.version) < 0) {
    throw new StepError(
      `cargo is ${version}; ${pins.minimum.version} or newer is needed: ${pins.minimum.why}`,
      'rustup update stable',
    )
  }
  return { version, env }
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    await setup({ test: args.includes('--test'), verbose: true })
  })
}
