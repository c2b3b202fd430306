// Licences of everything that is published: compiled into the wasm, or installed beside it.
//
//   node scripts/notices.mjs            fails where THIRD-PARTY-NOTICES.txt is not current
//   node scripts/notices.mjs --write    writes it
//
// Also fails where a dependency of any kind has a licence that deny.toml does not allow, or does not come
// from the registry. Texts are those that packages hold, so they are the same on every machine.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { choose, textHas } from './notices/licence.mjs'
import { capture, command, isProgram, root, StepError, say } from './process.mjs'

const file = join(root, 'THIRD-PARTY-NOTICES.txt')
const registry = 'registry+https://github.com/rust-lang/crates.io-index'

/** Licences that deny.toml allows, the preferred one first. */
export function allowedLicences(text) {
  const list = /^allow = \[([^\]]*)\]/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name)
}

/** Returns a complaint for each package whose licence is not allowed or whose source is unknown. */
export function judge(packages, allowed) {
  return packages.flatMap(({ name, version, licence, source }) => {
    const wrong = []
    if (source !== null && source !== registry) wrong.push(`comes from ${source}`)
    try {
      choose(licence ?? '', allowed)
    } catch (error) {
      wrong.push(error.message)
    }
    return wrong.map((what) => `${name} ${version}: ${what}`)
  })
}

/** The text of the notices for `packages`: `{ name, version, licence, kind, texts }`. */
export function noticesOf(packages, rust) {
  const line = ({ name, version, licence }) => `  ${`${name} ${version}`.padEnd(40)} ${licence}\n`
  const listed = (kind) =>
    packages
      .filter((one) => one.kind === kind)
      .map(line)
      .join('')
  const byText = new Map()
  for (const { name, version, texts } of packages)
    for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`])
  const sections = [...byText].map(([text, names]) => `${fill(names)}\n\n${text}\n`)
  const rule = `\n${'-'.repeat(80)}\n\n`
  return [
    `Third-party notices of parevm\n\nWritten by scripts/notices.mjs.\n\n` +
      `Compiled into dist/wasm, beside the standard library of Rust:\n\n${listed('crate')}\n` +
      `Installed with the package:\n\n${listed('npm')}`,
    rust,
    ...sections,
  ].join(rule)
}

/** Names in lines of 80 characters. */
function fill(names) {
  const lines = ['']
  for (const name of names) {
    const last = lines.at(-1)
    if (last !== '' && last.length + name.length > 77) lines.push(name)
    else lines[lines.length - 1] = last === '' ? name : `${last}, ${name}`
  }
  return `${lines.join(',\n')}:`
}

/** Licence and notice files of a package that are needed for `licence`, one of its choices. */
function textsOf(folder, { name, licence, authors }, allowed) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isFile() && /^((un)?li[cs]en[cs]e|copying|notice)/i.test(one.name))
    .map((one) => one.name)
    .sort()
  const files = names.map((one) =>
    readFileSync(join(folder, one), 'utf8').replace(/\r\n?/g, '\n').trim(),
  )
  const notices = names.flatMap((one, index) => (/^notice/i.test(one) ? [files[index]] : []))
  const chosen = choose(licence, allowed).map((id) => {
    const found = files.find((text) => textHas(text, id))
    return found ?? standardText(id, name, authors)
  })
  return [...new Set([...chosen, ...notices])]
}

/** The text of a licence whose file a package lacks, with the authors that it names. */
function standardText(id, name, authors) {
  const path = join(root, 'scripts/notices', `${id}.txt`)
  if (!existsSync(path))
    throw new StepError(`${name} has no text of its licence ${id}`, `write ${path}`)
  const owners = authors.map((one) => one.replace(/\s*<[^>]*>/, '')).join(', ')
  return readFileSync(path, 'utf8')
    .replace('<owners>', owners || `the authors of ${name}`)
    .trim()
}

function cargo(args) {
  const text = capture('cargo', args)
  if (text === null) throw new StepError(`cargo ${args[0]} failed`, `cargo ${args.join(' ')}`)
  return text
}

/** Every crate that any build takes, of tests and build scripts, too; not what only stands in the lock file. */
function allCrates() {
  const { packages } = JSON.parse(cargo(['metadata', '--format-version', '1', '--locked']))
  const used = namesOf(['--workspace', '--all-features', '--target', 'all', '-e', 'all'])
  return packages
    .filter((one) => used.has(idOf(one)))
    .map(({ license, ...rest }) => ({ ...rest, licence: license }))
}

/** The crates of `all` whose code is in either build. */
function shippedCrates(all, allowed) {
  const edges = ['-p', 'parevm-wasm', '--target', 'wasm32-unknown-unknown']
  edges.push('-e', 'normal,no-proc-macro')
  const shipped = [[], ['--features', 'threads']].map((more) => namesOf([...edges, ...more]))
  return all
    .filter((one) => one.source !== null && shipped.some((names) => names.has(idOf(one))))
    .sort(byName)
    .map((one) => ({
      ...one,
      kind: 'crate',
      texts: textsOf(dirname(one.manifest_path), one, allowed),
    }))
}

/** Names and versions in what `cargo tree` prints. */
function namesOf(args) {
  const lines = cargo(['tree', ...args, '--prefix', 'none', '--format', '{p}', '--locked'])
  return new Set(lines.split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')))
}

const idOf = ({ name, version }) => `${name} v${version}`

/** The packages of npm that come with this one. */
function npmPackages(allowed) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = new Map()
  const visit = (from) => {
    for (const name of Object.keys(packages[from].dependencies ?? {})) {
      const path = resolve(packages, from, name)
      if (found.has(path)) continue
      const { version, license: licence } = packages[path]
      const { author } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
      const authors = [author?.name ?? author].filter((one) => typeof one === 'string')
      found.set(path, { name, version, licence, authors, kind: 'npm', source: null })
      visit(path)
    }
  }
  visit('')
  return [...found]
    .map(([path, one]) => ({ ...one, texts: textsOf(join(root, path), one, allowed) }))
    .sort(byName)
}

/** Path of `name` for the package at `from`. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (path in packages) return path
    if (folder === '') throw new StepError(`${name} is not in package-lock.json`, 'npm install')
  }
}

function byName(a, b) {
  const [x, y] = [a, b].map(({ name, version }) => `${name} ${version}`)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Resolves with the exit code: 0 where every licence is allowed and the file is current. */
export function notices({ write = false } = {}) {
  const allowed = allowedLicences(readFileSync(join(root, 'deny.toml'), 'utf8'))
  const all = allCrates()
  const npm = npmPackages(allowed)
  const wrong = judge([...all, ...npm], allowed)
  for (const text of wrong) say('wrong', text)
  if (wrong.length > 0) return 1
  const rust = readFileSync(join(root, 'scripts/notices/rust.txt'), 'utf8').trim()
  const shipped = shippedCrates(all, allowed)
  const text = `${noticesOf([...shipped, ...npm], `${rust}\n`).trim()}\n`
  if (write) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    say('wrong', 'THIRD-PARTY-NOTICES.txt is not current: node scripts/notices.mjs --write')
    return 1
  }
  say('notices', `${shipped.length} crates and ${npm.length} npm packages are published`)
  return 0
}

if (isProgram(import.meta.url))
  await command((args) => notices({ write: args.includes('--write') }))
