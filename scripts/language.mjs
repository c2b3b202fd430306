// Checks the wording of sources and docs: finds private words and names the field's word for each.
//
//   node scripts/language.mjs            file, line, word found, word to write
//   node scripts/language.mjs --count    findings by word and folder
//
// Reads identifiers as words: `onSettled` and `is_settled` both hold `settled`.

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { glossary } from './language/glossary.mjs'
import { capture, command, isProgram, root, StepError, say } from './process.mjs'

const places = ['crate', 'js', 'tests', 'scripts', 'bench', 'docs', '*.md']
const endings = /\.(rs|ts|mts|js|mjs|md|toml|html|sol)$/
/** Files that are not written by hand, or that hold the glossary itself. */
const skipped = [
  /^docs\/methods\.md$/, // written from the doc comments of the methods
  /^js\/src\/type\/wire\.ts$/, // written from the Rust types
  /^bench\/record\//, // records keep the names that they were taken with
  /^crate\/testkit\/(contract|data|regression)\//,
  /^scripts\/language(\.mjs|\/|$)/,
  /^scripts\/test\/language\.test\.mjs$/,
]

/** Whether the file at `path` is checked. */
export function isChecked(path) {
  return endings.test(path) && !skipped.some((pattern) => pattern.test(path))
}

/** Returns `line` in lower case, with identifiers split into words: `onSettled` is `on settled`. */
export function splitWords(line) {
  return line
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase()
}

/** Findings in `text`, the file at `path`, and in its name (line 0): `{ path, line, found, write }`. */
export function findWords(path, text, entries = glossary) {
  const wanted = entries.filter(({ only }) => only === undefined || only.test(path))
  const name = basename(path).replace(/\..*/, '')
  return [name, ...text.split('\n')].flatMap((line, index) =>
    wanted.flatMap(({ name, raw, write, except = [] }) => {
      const rest = except.reduce((left, { text }) => left.replace(text, ''), line)
      const found = raw ? raw.exec(rest) : name.exec(splitWords(rest))
      return found === null ? [] : [{ path, line: index, found: found[0], write }]
    }),
  )
}

/** Lines of a table: one for each word, with the findings in each folder. */
export function countWords(findings) {
  const counts = new Map()
  for (const { path, found, write } of findings) {
    const folders = counts.get(write) ?? new Map()
    const folder = path.includes('/') ? path.split('/').slice(0, 2).join('/') : path
    folders.set(folder, (folders.get(folder) ?? 0) + 1)
    folders.words = (folders.words ?? new Set()).add(found.toLowerCase())
    counts.set(write, folders)
  }
  return [...counts].map(([write, folders]) => {
    const each = [...folders].map(([folder, count]) => `${folder} ${count}`).join(', ')
    return `${[...folders.words].slice(0, 4).join(', ')} -> ${write}: ${each}`
  })
}

function findAll() {
  const listed = capture('git', ['ls-files', ...places])
  if (listed === null) throw new StepError('git cannot list the files', 'git ls-files')
  return listed
    .split('\n')
    .filter((path) => isChecked(path) && existsSync(join(root, path)))
    .flatMap((path) => findWords(path, readFileSync(join(root, path), 'utf8')))
}

/** Prints the findings and returns the exit code: 1 if there are any. */
export function language({ list = true } = {}) {
  const findings = findAll()
  if (list)
    for (const { path, line, found, write } of findings)
      say('wording', `${path}:${line}: "${found}"; write ${write}`)
  say('wording', findings.length === 0 ? 'nothing found' : `${findings.length} found`)
  return findings.length === 0 ? 0 : 1
}

if (isProgram(import.meta.url)) {
  await command((args) => {
    if (!args.includes('--count')) return language()
    for (const line of countWords(findAll())) process.stdout.write(`${line}\n`)
    return 0
  })
}
