// Checks what building and testing need, and installs what is missing.
//
//   node scripts/setup.mjs          for `npm start`, `npm run build`, `npm run bench`
//   node scripts/setup.mjs --test   also the browsers and the second Node of `npm test`
//
// Every version comes from toolchain.json. A second run changes nothing.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  capture,
  command,
  findCommand,
  isExecutable,
  isProgram,
  mustRun,
  root,
  run,
  StepError,
  say,
  secondsSince,
} from './process.mjs'
import { checkBrowser, prepareBrowser, prepareNode } from './setup/browser.mjs'
import { prepareCompiler } from './setup/compiler.mjs'
import { aptInstall } from './setup/package.mjs'
import { compareVersions, parseVersion } from './version.mjs'

/** The pins of toolchain.json. */
export function readPins() {
  return JSON.parse(readFileSync(join(root, 'toolchain.json'), 'utf8'))
}

/**
 * Makes everything ready and resolves with where it is:
 * `{ compiler, wasmBindgen, cargo, browsers }`.
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
  const wasmBindgen = await prepareWasmBindgen(pins.wasmBindgen, cargo)
  const ready = { pins, cargo, compiler, wasmBindgen, browsers: null }
  if (test) {
    ready.browsers = {
      chromium: await prepareBrowser('chromium', pins.chromium),
      firefox: await prepareBrowser('firefox', pins.firefox),
      node: await prepareNode(pins.node),
    }
  }
  if (verbose) report(ready)
  say('set-up', `ready (${secondsSince(start)}): ${compiler.text}, ${compiler.reason}`)
  return ready
}

function report({ pins, cargo, wasmBindgen, browsers }) {
  say('node', `${process.version}; ${pins.node.minimum} or newer is needed`)
  say('cargo', `${cargo.version}: native crates and their tests`)
  say('wasm-bindgen', `${wasmBindgen} (${pins.wasmBindgen.version}): ${pins.wasmBindgen.why}`)
  if (browsers === null) return
  for (const name of ['chromium', 'firefox']) {
    const version = checkBrowser(name, browsers[name], pins[name])
    say(name, `${browsers[name]} (${version ?? 'version unknown'}): ${pins[name].why}`)
  }
  say('second node', browsers.node ?? 'none for this platform; the tests run on this Node alone')
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

/** The path of the wasm-bindgen command in exactly the pinned version. */
async function prepareWasmBindgen({ version, why }, cargo) {
  const own = join(root, '.tools/wasm-bindgen')
  const places = [join(own, 'bin/wasm-bindgen'), findCommand('wasm-bindgen')]
  const fits = (path) => parseVersion(capture(path, ['--version'])) === version
  for (const path of places) {
    if (path !== null && isExecutable(path) && fits(path)) return path
  }
  say('install', `wasm-bindgen-cli ${version} with cargo (2 minutes): ${why}`)
  const args = [
    'install',
    'wasm-bindgen-cli',
    '--version',
    version,
    '--root',
    own,
    '--force',
    '--bin',
    'wasm-bindgen',
  ]
  const code = await run('cargo', args, { env: cargo.env })
  if (code !== 0 || !isExecutable(places[0])) {
    throw new StepError(
      `cargo could not install wasm-bindgen-cli ${version}`,
      `cargo ${args.join(' ')}`,
    )
  }
  return places[0]
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    await setup({ test: args.includes('--test'), verbose: true })
  })
}
