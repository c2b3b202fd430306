// Starts other programs and says what happens. Owns stderr: stdout belongs to
// the command that the user asked for, so that `--json` stays parseable.

import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A step that cannot go on: what is missing, and the command to try. */
export class StepError extends Error {
  constructor(message, attempt) {
    super(message)
    this.name = 'StepError'
    this.attempt = attempt
  }
}

/** One line for the user: what is done, and why. */
export function say(topic, text) {
  process.stderr.write(`${topic.padEnd(13)} ${text}\n`)
}

/** Folder of the commands of rustup and cargo, which may not be on the PATH. */
export function cargoBin(environment = process.env) {
  return join(environment.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin')
}

/** The caller's environment with cargo's commands in reach. */
export function baseEnvironment() {
  const path = process.env.PATH ?? ''
  const bin = cargoBin()
  const known = path.split(delimiter).includes(bin)
  return {
    ...process.env,
    PATH: known ? path : `${bin}${delimiter}${path}`,
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  }
}

/** The path of the command `name`, or null. */
export function findCommand(name, environment = baseEnvironment()) {
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    if (isExecutable(path)) return path
  }
  return null
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Output of a short command, or null if it fails or does not exist. */
export function capture(command, args, { env = {}, cwd = root } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...baseEnvironment(), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  })
  return result.status === 0 ? result.stdout.trim() : null
}

/**
 * Runs a command to its end and resolves with its exit code.
 *
 * Its output goes to stderr as it comes, so that a long step shows progress.
 * `output: 'own'` gives it the caller's stdout. `onLine` is called with each line of its stdout, which is shown too unless
 * `output` is `'lines'`. A signal that stops this process stops the command and skips the steps that follow.
 */
export function run(command, args, { env = {}, cwd = root, output = 'progress', onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...baseEnvironment(), ...env },
      stdio: output === 'own' ? 'inherit' : ['ignore', onLine ? 'pipe' : 2, 2],
    })
    if (onLine) {
      if (output !== 'lines') child.stdout.pipe(process.stderr, { end: false })
      createInterface({ input: child.stdout }).on('line', onLine)
    }
    let interrupted = false
    const forward = (signal) => {
      interrupted = true
      child.kill(signal)
    }
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    const finish = (code) => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      if (interrupted) process.exit(code)
      resolve(code)
    }
    child.on('error', (cause) => {
      say('error', `${command}: ${cause.message}`)
      finish(127)
    })
    // `close` comes after `exit` and after the last line.
    child.on('close', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

/** Runs a command that has to succeed. `failure` is what its failure means to the user. */
export async function mustRun(command, args, options = {}) {
  const code = await run(command, args, options)
  if (code === 0) return
  const shown = [command, ...args].join(' ')
  throw new StepError(
    options.failure ?? `\`${shown}\` ended with code ${code}`,
    options.attempt ?? shown,
  )
}

/** Whether the module at `url` is the program that was started, not an import. */
export function isProgram(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url)
}

/** Runs `main` and turns what it throws into words and exit code 1. */
export async function command(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0
  } catch (error) {
    if (error instanceof StepError) {
      say('failed', error.message)
      if (error.attempt) say('try', error.attempt)
    } else {
      say('failed', error.stack ?? String(error))
    }
    process.exitCode = 1
  }
}

/** Milliseconds since `start` (from `performance.now()`), as `1.2 s`. */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
