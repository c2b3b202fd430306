// Advisories about dependencies (cargo deny), and signatures of the npm registry.
//
//   node scripts/audit.mjs
//
// scripts/notices.mjs checks licences and sources on every machine. These checks need a program or a server; where one
// is missing, a line says so and nothing fails.

import { spawnSync } from 'node:child_process'
import { baseEnvironment, command, isProgram, root, say } from './process.mjs'

/** Time limits of the servers, in milliseconds. */
const limitMs = { cargo: 300_000, npm: 20_000 }

/** Verdict of `cargo deny check`: `passed`, `failed`, or why it did not run. */
export function judgeDeny({ status, stderr }) {
  if (status === 0) return 'passed'
  if (/no such command: `deny`|not found/.test(stderr)) return 'cargo-deny is not installed'
  if (status === null) return 'it did not end in time'
  if (/failed to (fetch|load|open|clone|query).*(advisory|database|registry|index)/i.test(stderr))
    return 'the database of advisories cannot be reached'
  return 'failed'
}

/** Verdict of `npm audit signatures --json`: `passed`, `failed`, or why it did not run. */
export function judgeSignatures({ status, stdout }) {
  if (status === null) return 'the registry did not answer in time'
  try {
    const { invalid, missing } = JSON.parse(stdout)
    if (!Array.isArray(invalid)) return 'the registry has no keys, or does not answer'
    if (invalid.length > 0) return 'failed'
    // A mirror serves packages without their signatures.
    if (missing.length > 0) return `the registry has no signatures of ${missing.length} packages`
    return 'passed'
  } catch {
    return 'the registry has no keys, or does not answer'
  }
}

function ask(program, args) {
  const options = { cwd: root, env: baseEnvironment(), encoding: 'utf8', timeout: limitMs[program] }
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  return { status, stdout: stdout ?? '', stderr: `${stderr ?? ''}${error?.message ?? ''}` }
}

/** Returns the exit code: 1 where something was found. */
export function audit() {
  const deny = (what, offline) => {
    const found = ask('cargo', ['deny', ...offline, '--all-features', 'check', ...what])
    return [`cargo deny check ${what.join(' ')}`, judgeDeny(found), found.stderr]
  }
  const signatures = ask('npm', ['audit', 'signatures', '--json', '--fetch-retries=0'])
  const outcomes = [
    deny(['licenses', 'sources', 'bans'], ['--offline']),
    deny(['advisories'], []),
    ['npm audit signatures', judgeSignatures(signatures), signatures.stdout],
  ]
  for (const [name, outcome, words] of outcomes) {
    if (outcome === 'failed') process.stderr.write(words)
    const isAnswer = outcome === 'passed' || outcome === 'failed'
    say('audit', `${name}: ${isAnswer ? outcome : `not asked: ${outcome}`}`)
  }
  return outcomes.some(([, outcome]) => outcome === 'failed') ? 1 : 0
}

if (isProgram(import.meta.url)) await command(() => audit())
