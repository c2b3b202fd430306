// Checks the rules that no compiler checks: names, sizes and borders of files, versions, dependencies of crates.
//
//   node scripts/check.mjs

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findCycles, readCrate } from './check/arrows.mjs'
import { longFiles } from './check/long.mjs'
import { capture, command, isProgram, root, StepError, say } from './process.mjs'

/** Lines that a file may have. */
const longFile = 400
/** Names that say nothing about what a file holds. */
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'types']
/** Crates that a package of ours must not depend on, directly or not. */
const borders = {
  'parevm-stm': [/^revm/, /^alloy/, /^wasm-bindgen/, /^js-sys/],
  // An embedder of the engine compiles no mnemonic, no JSON-RPC, no ABI code, no tracer, no test kit.
  parevm: [
    /^wasm-bindgen/,
    /^js-sys/,
    /^web-sys/,
    /^coins-bip/,
    /^alloy-(dyn-abi|json-abi|sol|rpc)/,
    /^revm-inspectors/,
    /^parevm-(simulate|node|testkit)/,
  ],
  'parevm-simulate': [
    /^wasm-bindgen/,
    /^js-sys/,
    /^web-sys/,
    /^coins-bip/,
    /^parevm-(node|testkit)/,
  ],
  'parevm-node': [/^wasm-bindgen/, /^js-sys/, /^web-sys/, /^parevm-testkit/],
  // Only its feature `testing`, which is not published, has the test kit.
  'parevm-wasm': [/^parevm-testkit/],
}
const codeEndings = /\.(rs|ts|mts|js|mjs)$/
/** Marks of unfinished work. Written apart, so that this file does not find itself. */
const unfinished = new RegExp(
  ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK:'].map((word) => `\\b${word}`).join('|'),
)

/** Errors of a crate root with this text: it must forbid `unsafe`, the bindings must deny it; the allocator is made of it. */
export function judgeUnsafe(path, text) {
  if (path.startsWith('crate/allocator/')) return []
  const level = path.startsWith('crate/wasm/') ? 'deny' : 'forbid'
  return text.includes(`#![${level}(unsafe_code)]`)
    ? []
    : [`${path}: has no #![${level}(unsafe_code)]; see SECURITY.md`]
}

/** Names of crates in `cargo tree` output that `forbidden` matches. */
export function findForbidden(tree, forbidden) {
  const names = tree.split('\n').map((line) => line.trim().split(' ')[0])
  return [...new Set(names)].filter((name) => forbidden.some((pattern) => pattern.test(name)))
}

/** Error of a file name that says nothing, or null. */
export function judgeName(path) {
  const name = basename(path).split('.')[0].toLowerCase()
  return emptyNames.includes(name) ? `${path}: the name says nothing about what it holds` : null
}

/** Errors of a file of code that is too long. */
export function judgeLength(path, text, exceptions = longFiles) {
  const lines = text.split('\n').length - 1
  if (lines <= longFile || [...exceptions.keys()].some((end) => `/${path}`.endsWith(`/${end}`)))
    return []
  return [`${path}: ${lines} lines of at most ${longFile}; it has two subjects`]
}

/** Lines of the Rust file at `path` that name revm's handler or frames: only `vm` of the crate parevm may. */
export function findHandlers(path, text) {
  if (!/^crate\/(parevm|simulate|node|wasm|cli)\/src\//.test(path)) return []
  if (path.startsWith('crate/parevm/src/vm/')) return []
  return text.split('\n').flatMap((line, i) => {
    const code = line.replace(/\/\/.*/, '')
    return /\b(revm::handler|handler::\{|MainnetHandler|EthFrame|FrameResult|inspect_run)\b/.test(
      code,
    )
      ? [`${path}:${i + 1}: names revm's handler or frames, which only crate/parevm/src/vm does`]
      : []
  })
}

/** Lines of `text` with a mark of unfinished work. */
export function findUnfinished(path, text) {
  return text.split('\n').flatMap((line, i) => {
    return unfinished.test(line) ? [`${path}:${i + 1}: unfinished work is not merged`] : []
  })
}

/**
 * Paths of `text`, the file at `path`, that leave the repository: by a string with more `..` than the file, or
 * the crate that Rust code counts from, has folders above it. Where data outside lies is `PAREVM_DATA` alone.
 */
export function findOutsidePaths(path, text) {
  // TypeScript runs from `dist/js`, one folder deeper.
  const depth = path.split('/').length - (path.startsWith('js/') ? 0 : 1)
  const crateDepth = path.startsWith('crate/') ? 2 : 1
  return text.split('\n').flatMap((line, i) => {
    const leaves = [...line.matchAll(/(\(\s*root,\s*|\bjoin\()?['"`]((?:\.\.\/)+)/g)].some(
      ([, before, dots]) => {
        if (before?.includes('root')) return true
        const ups = dots.length / 3
        return ups > (before !== undefined && path.endsWith('.rs') ? crateDepth : depth)
      },
    )
    return leaves ? [`${path}:${i + 1}: leaves the repository; see scripts/data.mjs`] : []
  })
}

/** Disagreements between the pins and the files that repeat them. */
export function compareVersionsOf({ pins, cargo, wasmCargo, bindgenCargo, lock, manifest }) {
  const errors = []
  const expect = (what, found, wanted) => {
    if (found !== wanted)
      errors.push(`${what} is ${found ?? 'absent'}; toolchain.json says ${wanted}`)
  }
  const bindgen = /^wasm-bindgen\s*=\s*(?:"=([^"]+)"|\{[^}]*version\s*=\s*"=([^"]+)")/m
  const workspace = bindgen.exec(cargo)
  const own = bindgen.exec(wasmCargo)
  expect(
    'the exact wasm-bindgen of Cargo.toml',
    own?.[1] ?? own?.[2] ?? workspace?.[1] ?? workspace?.[2],
    pins.wasmBindgen.version,
  )
  expect(
    'the exact wasm-bindgen-cli-support of scripts/bindgen',
    /^wasm-bindgen-cli-support = "=([^"]+)"/m.exec(bindgenCargo)?.[1],
    pins.wasmBindgen.version,
  )
  const locked = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(lock)
  if (locked) expect('wasm-bindgen in Cargo.lock', locked[1], pins.wasmBindgen.version)
  expect(
    'engines.node in package.json',
    manifest.engines?.node,
    `>=${pins.node.minimum.replace(/\.0$/, '')}`,
  )
  const rust = /^rust-version = "([^"]+)"/m.exec(cargo)?.[1]
  expect('rust-version in Cargo.toml', rust, pins.rust.minimum.version.replace(/\.0$/, ''))
  const version = /\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(cargo)?.[1]
  if (version !== manifest.version) {
    errors.push(`Cargo.toml has version ${version}, package.json ${manifest.version}`)
  }
  return errors
}

function trackedFiles() {
  const listed = capture('git', ['ls-files', '--cached', '--others', '--exclude-standard'])
  if (listed === null) throw new StepError('git cannot list the files', 'git ls-files')
  return listed.split('\n').filter((path) => path !== '' && existsSync(join(root, path)))
}

function read(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''
}

export function check() {
  const errors = []
  const files = trackedFiles()
  for (const path of files) {
    const badName = judgeName(path)
    if (badName !== null) errors.push(badName)
    if (!codeEndings.test(path)) continue
    const text = read(path)
    errors.push(...findUnfinished(path, text), ...findOutsidePaths(path, text))
    if (/^crate\/[^/]+\/src\/(lib|main)\.rs$/.test(path)) errors.push(...judgeUnsafe(path, text))
    errors.push(...judgeLength(path, text), ...findHandlers(path, text))
  }
  for (const name of readdirSync(join(root, 'crate')).sort()) {
    errors.push(...findCycles(readCrate(name), `crate/${name}/src/`))
  }
  for (const [name, forbidden] of Object.entries(borders)) {
    const tree = capture('cargo', [
      'tree',
      '-p',
      name,
      '-e',
      'normal',
      '--prefix',
      'none',
      '--locked',
    ])
    if (tree === null)
      errors.push(`cargo tree -p ${name} --locked failed; does Cargo.lock fit Cargo.toml?`)
    else
      errors.push(...findForbidden(tree, forbidden).map((found) => `${name} depends on ${found}`))
  }
  const manifest = JSON.parse(read('package.json'))
  const pins = JSON.parse(read('toolchain.json'))
  const [cargo, wasmCargo, bindgenCargo, lock] = [
    'Cargo.toml',
    'crate/wasm/Cargo.toml',
    'scripts/bindgen/Cargo.toml',
    'Cargo.lock',
  ].map(read)
  errors.push(...compareVersionsOf({ pins, cargo, wasmCargo, bindgenCargo, lock, manifest }))
  for (const text of errors) say('wrong', text)
  say(
    'check',
    errors.length === 0 ? `${files.length} files, nothing wrong` : `${errors.length} wrong`,
  )
  return errors.length === 0 ? 0 : 1
}

if (isProgram(import.meta.url)) await command(() => check())
