// Installs packages of the operating system, where we may.

import { capture, findCommand, mustRun, run, StepError, say } from '../process.mjs'

/** The command that installs `names` here, in words for the user. */
export function installHint(names) {
  if (process.platform === 'darwin') return `brew install ${names.join(' ')}`
  return `sudo apt-get install ${names.join(' ')}`
}

/** The version of package `name` that apt-get would install, or null. */
export function aptCandidate(name) {
  if (findCommand('apt-cache') === null) return null
  const found = /Candidate: (\S+)/.exec(capture('apt-cache', ['policy', name]) ?? '')
  return found && found[1] !== '(none)' ? found[1] : null
}

/** Prefix that allows apt-get to install, or null if there is none. */
function elevation() {
  if (process.getuid?.() === 0) return []
  if (findCommand('sudo') === null) return null
  if (process.stdin.isTTY) return ['sudo']
  return capture('sudo', ['-n', 'true']) === null ? null : ['sudo', '-n']
}

/** Installs Debian packages. `why` is part of the line the user reads. */
export async function aptInstall(names, why) {
  const wanted = names.join(' ')
  const attempt = installHint(names)
  if (findCommand('apt-get') === null) {
    throw new StepError(`${wanted} is missing (${why}) and there is no apt-get here`, attempt)
  }
  const before = elevation()
  if (before === null) {
    throw new StepError(`${wanted} is missing (${why}); installing needs root or sudo`, attempt)
  }
  say('install', `${wanted} with apt-get: ${why}`)
  const base = [...before, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q']
  const install = [...base, 'install', '-y', '--no-install-recommends', ...names]
  if (names.every((name) => aptCandidate(name) !== null)) {
    if ((await run(install[0], install.slice(1))) === 0) return
  }
  // Lists that are old or absent: a fresh machine has none.
  const update = [...base, 'update']
  await run(update[0], update.slice(1))
  await mustRun(install[0], install.slice(1), {
    failure: `apt-get could not install ${wanted} (${why})`,
    attempt,
  })
}
