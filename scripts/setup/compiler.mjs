// Finds, and where needed installs, the compiler that rebuilds std with atomics.
// Which one is tried first is decided in `choose.mjs`.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { capture, findCommand, isExecutable, run, StepError, say } from '../process.mjs'
import { parseVersion } from '../version.mjs'
import { chooseCompiler } from './choose.mjs'
import { aptCandidate, aptInstall } from './package.mjs'

const library = 'lib/rustlib/src/rust/library/Cargo.lock'

/**
 * The compiler for wasm: `{ env, id, text }`. `env` is what cargo needs in its
 * environment to use it, `id` changes when the compiler does, `text` names it.
 */
export async function prepareCompiler(pins) {
  const failures = []
  for (const attempt of chooseCompiler(findCompilers(pins), pins)) {
    const compiler = await tryCompiler(attempt, pins)
    if (compiler !== null) return { ...compiler, reason: attempt.reason }
    failures.push(attempt.kind)
    say('compiler', `that did not work (${attempt.kind}); the next possibility is tried`)
  }
  const tried = failures.length > 0 ? ` (tried: ${failures.join(', ')})` : ''
  throw new StepError(
    `no compiler that can rebuild std for wasm threads${tried}: it takes a nightly with the component rust-src`,
    `rustup toolchain install ${pins.fetch.channel} --profile minimal --component rust-src`,
  )
}

/** Installed toolchains, in the form that `chooseCompiler` takes. */
export function findCompilers(pins) {
  const rustup = findCommand('rustup') !== null
  const toolchains = rustup ? rustupToolchains() : pathToolchain()
  const debianVersion = existsSync('/etc/debian_version')
    ? rustcOf(pins.debian.rustc)?.version
    : null
  // apt-cache is asked only when its answer can matter: it takes a third of a second.
  const hasSources = toolchains.some((toolchain) => toolchain.nightly && toolchain.sources)
  return {
    rustup,
    toolchains,
    linker: findLinker() !== null,
    debian: {
      version: debianVersion ?? null,
      sources: existsSync(pins.debian.sources),
      candidate: hasSources ? null : parseVersion(aptCandidate(pins.debian.packages[0])),
    },
  }
}

function rustupToolchains() {
  const folder = join(rustupHome(), 'toolchains')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const rustc = rustcOf(join(folder, name, 'bin/rustc'))
    if (rustc === null) return []
    return [{ name, ...rustc, sources: existsSync(join(folder, name, library)) }]
  })
}

function pathToolchain() {
  const path = findCommand('rustc')
  const rustc = path === null ? null : rustcOf(path)
  if (rustc === null) return []
  const sysroot = capture(path, ['--print', 'sysroot'])
  return [{ name: null, ...rustc, sources: sysroot !== null && existsSync(join(sysroot, library)) }]
}

function rustcOf(path) {
  if (!isExecutable(path)) return null
  const text = capture(path, ['-vV'])
  const release = /release: (\S+)/.exec(text ?? '')?.[1]
  if (!release) return null
  return {
    version: parseVersion(release),
    nightly: release.includes('nightly'),
    id: /commit-hash: (\S+)/.exec(text)?.[1] ?? release,
  }
}

function rustupHome() {
  return process.env.RUSTUP_HOME ?? join(homedir(), '.rustup')
}

/** An lld that links wasm, from any toolchain of rustup's. */
function findLinker() {
  const folder = join(rustupHome(), 'toolchains')
  for (const name of existsSync(folder) ? readdirSync(folder).sort().reverse() : []) {
    const hosts = join(folder, name, 'lib/rustlib')
    for (const host of existsSync(hosts) ? readdirSync(hosts) : []) {
      const path = join(hosts, host, 'bin/rust-lld')
      if (isExecutable(path)) return path
    }
  }
  return null
}

/** Carries out one attempt: a compiler, or null where it fails. */
async function tryCompiler(attempt, pins) {
  const { toolchain } = attempt
  switch (attempt.kind) {
    case 'installed':
    case 'untested':
      return fromToolchain(toolchain)
    case 'addSources':
      say('install', `component rust-src for ${toolchain.name}: ${pins.component.why}`)
      return (await rustup('component', 'add', pins.component.name, '--toolchain', toolchain.name))
        ? fromToolchain(toolchain)
        : null
    case 'fetch': {
      say('install', `${attempt.channel} with rust-src (a few minutes): ${attempt.reason}`)
      const flags = ['--profile', 'minimal', '--component', pins.component.name, '--no-self-update']
      if (!(await rustup('toolchain', 'install', attempt.channel, ...flags))) return null
      const found = rustupToolchains().find((one) => one.name.startsWith(attempt.channel))
      return found?.sources ? fromToolchain(found) : null
    }
    case 'debianInstall':
      try {
        await aptInstall(pins.debian.packages, attempt.reason)
      } catch (error) {
        if (!(error instanceof StepError)) throw error
        say('install', error.message)
        return null
      }
      return fromDebian(pins)
    case 'debian':
      return fromDebian(pins)
    default:
      throw new Error(`no such attempt: ${attempt.kind}`)
  }
}

async function rustup(...args) {
  return (await run('rustup', args, { env: { RUST_BACKTRACE: '0' } })) === 0
}

function fromToolchain({ name, version, id }) {
  return {
    env: name === null ? {} : { RUSTUP_TOOLCHAIN: name },
    id,
    text: `${name ?? 'rustc'} (${version})`,
  }
}

function fromDebian(pins) {
  const rustc = rustcOf(pins.debian.rustc)
  const linker = findLinker()
  if (rustc === null || linker === null || !existsSync(pins.debian.sources)) return null
  return {
    env: {
      RUSTC: pins.debian.rustc,
      RUSTC_BOOTSTRAP: '1',
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
    id: `debian ${rustc.version} ${rustc.id}`,
    text: `Debian's ${pins.debian.packages[0]} (${rustc.version})`,
  }
}
