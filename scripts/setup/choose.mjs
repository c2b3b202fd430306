// Decides which compiler rebuilds std with atomics. Pure: findings in, an
// ordered list of attempts out. `compiler.mjs` finds, tries and reports.

import { compareVersions, isWithin } from '../version.mjs'

/**
 * The attempts to make, best first. The first that succeeds is the compiler.
 *
 * @param findings
 *   - `toolchains`: `{ name, version, nightly, sources }`, one for each installed toolchain;
 *     `name` is null for a rustc that rustup does not know
 *   - `rustup`: whether rustup is there
 *   - `debian`: `{ version, sources, candidate }`: the installed rustc-web, whether its sources
 *     are there, and the version that apt-get could install; all null or false elsewhere
 *   - `linker`: whether an lld for wasm was found, which Debian's compiler needs from outside
 * @param pins - `rust` of toolchain.json
 */
export function chooseCompiler(findings, pins) {
  const nightlies = findings.toolchains
    .filter((toolchain) => toolchain.nightly)
    .sort((a, b) => compareVersions(b.version, a.version))
  const tested = nightlies.filter((toolchain) => isWithin(toolchain.version, pins.nightly))
  const untested = nightlies.filter((toolchain) => !tested.includes(toolchain))
  const attempts = []

  for (const toolchain of tested.filter((found) => found.sources)) {
    attempts.push({ kind: 'installed', toolchain, reason: 'a tested nightly with std sources' })
  }
  if (findings.rustup) {
    for (const toolchain of tested.filter((found) => !found.sources && found.name !== null)) {
      attempts.push({
        kind: 'addSources',
        toolchain,
        reason: 'a tested nightly without std sources',
      })
    }
    attempts.push({
      kind: 'fetch',
      channel: pins.fetch.channel,
      reason: 'no installed nightly is in the tested range',
    })
  }
  const { debian } = findings
  if (findings.linker) {
    if (isWithin(debian.version, pins.debian) && debian.sources) {
      attempts.push({ kind: 'debian', reason: "no nightly; Debian's compiler with std sources" })
    } else if (isWithin(debian.candidate, pins.debian)) {
      attempts.push({ kind: 'debianInstall', reason: "no nightly; Debian's packages carry one" })
    }
  }
  for (const toolchain of untested.filter((found) => found.sources)) {
    attempts.push({
      kind: 'untested',
      toolchain,
      reason: `the only one here, though outside ${pins.nightly.from} to ${pins.nightly.to}`,
    })
  }
  return attempts
}
