// Builds the package: the wasm of both entries in both flavours, then the TypeScript.
//
//   npm run build [-- --dev] [--force] [--only wasm|js|testing] [--flavour threads|single] [--entry parevm|simulate]
//     [--timings]
//
// Outputs: dist/wasm/{threads,single}, dist/wasm/simulate/{threads,single}, dist/js. Outputs whose sources, flags and compiler have not changed
// are kept. `--dev`, or PAREVM_DEV=1 for every command, compiles faster and keeps function names. `--only testing` builds
// the package into dist/testing with the feature `testing` of crate/wasm: fault injection, timing beside plain
// revm, official fixtures. It is not published.

import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle } from './bundles.mjs'
import { withMostPages } from './memory.mjs'
import { builderFolders, findBuilderPath, remapFlags } from './paths.mjs'
import {
  capture,
  command,
  isProgram,
  mustRun,
  root,
  StepError,
  say,
  secondsSince,
} from './process.mjs'
import { createProgress, unitsOf } from './progress.mjs'
import { prepareBindgen } from './setup/bindgen.mjs'
import { setup } from './setup.mjs'
import { digest, isCurrent, listFiles, record } from './stamp.mjs'
import { findWaits, isolateWaits } from './wait32.mjs'

const target = 'wasm32-unknown-unknown'
const crate = 'parevm-wasm'
/** The name of wasm-bindgen's output: `parevm.js`, `parevm_bg.wasm`. */
const outName = 'parevm'

/** Bytes of address space that the shared memory may grow to. */
const maxMemory = 2 ** 30
/** Pages for official fixtures: some take 1.6 GB, with more gas than any block has. */
const testingPages = 2 ** 16
/** Flags for a shared memory, and exports with which each thread sets up its own stack and thread-locals. */
const threadFlags = [
  '-Ctarget-feature=+atomics,+bulk-memory,+simd128',
  '-Clink-arg=--shared-memory',
  `-Clink-arg=--max-memory=${maxMemory}`,
  '-Clink-arg=--import-memory',
  ...['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base', '__heap_base'].map(
    (name) => `-Clink-arg=--export=${name}`,
  ),
]

/** Panics trap at once and leave no words: those, and what formats them, are a twentieth of the download. */
const panicFlags = ['-Zunstable-options', '-Cpanic=immediate-abort']

export const flavours = {
  threads: { features: ['threads'], rustflags: threadFlags },
  single: { features: [], rustflags: ['-Ctarget-feature=+bulk-memory,+simd128'] },
}

/** Entries of the package: features of crate/wasm, and the folder of their wasm. */
export const entries = {
  parevm: { features: ['full'], folder: '' },
  simulate: { features: [], folder: 'simulate' },
}

const buildSources = [
  'Cargo.toml',
  'Cargo.lock',
  'toolchain.json',
  ...['build', 'wait32', 'memory', 'module', 'paths'].map((name) => `scripts/${name}.mjs`),
  'scripts/bindgen',
]
/** Crates that no wasm is made of; the test kit is in the test builds only. */
const hostCrates = ['cli']
const testSources = ['crate/testkit/contract', 'crate/testkit/skip.toml']

/** Files and folders that the wasm of the package, or with `testing` that of the tests, is made from. */
function wasmSources({ testing }) {
  const crates = readdirSync(join(root, 'crate')).filter(
    (name) => !hostCrates.includes(name) && (testing || name !== 'testkit'),
  )
  const code = crates.flatMap((name) => [`crate/${name}/Cargo.toml`, `crate/${name}/src`])
  return [...buildSources, ...code, ...(testing ? testSources : [])]
}

const jsSources = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/bundles.mjs',
  'js',
]

/** Builds what is out of date. `ready` is what `setup` resolved with, `names` and `of` the wasm builds to make. */
export async function build(
  ready,
  {
    dev = process.env.PAREVM_DEV === '1',
    force = false,
    only,
    names = Object.keys(flavours),
    of = only === 'testing' ? ['parevm'] : Object.keys(entries),
    timings = false,
  } = {},
) {
  const start = performance.now()
  const built = []
  if (only !== 'js') {
    const purpose = only === 'testing' ? only : undefined
    // Side by side: each ends with crates that one core compiles alone.
    const made = names.map(async (name) => {
      // One after the other: the entries share a target folder, so their dependencies compile once.
      for (const entry of of) {
        const id = await buildWasm(ready, name, entry, { dev, force, purpose, timings })
        if (id !== undefined) built.push(id)
      }
    })
    for (const { reason } of await Promise.allSettled(made)) if (reason !== undefined) throw reason
  }
  if (only !== 'wasm' && (await buildJs({ force }))) built.push('js')
  // Imports are relative, so the same JavaScript finds the wasm that lies beside it; worker scripts contain its bindings.
  if (only === 'testing') {
    cpSync(join(root, 'dist/js'), join(root, 'dist/testing/js'), { recursive: true })
    await bundle('dist/testing/js')
  }
  say('build', built.length > 0 ? `${built.join(', ')} (${secondsSince(start)})` : 'up to date')
}

/** Resolves with the name of the build, or with `undefined` where there was nothing to do. */
async function buildWasm(ready, name, entry, { dev, force, purpose, timings }) {
  const { rustflags } = flavours[name]
  const { folder } = entries[entry]
  const features = [...flavours[name].features, ...entries[entry].features]
  if (purpose !== undefined) features.push(purpose)
  const profile = dev ? 'wasm-dev' : 'wasm'
  const out = join(root, 'dist', purpose ?? '', 'wasm', folder, name)
  const outputs = [`${outName}.js`, `${outName}_bg.wasm`].map((file) => join(out, file))
  const id = [purpose, folder, name].filter(Boolean).join('-')
  const stamp = join(root, '.tools/stamp', `wasm-${id}`)
  const value = digest(root, wasmSources({ testing: purpose !== undefined }), {
    profile,
    compiler: ready.compiler.id,
  })
  if (!force && isCurrent(stamp, value, outputs)) return undefined

  const start = performance.now()
  say(id, `compile ${crate} and std (profile ${profile})`)
  const targetDir = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'wasm', name)
  const args = ['build', '-p', crate, '--lib', '--target', target, '--profile', profile]
  args.push('-Z', 'build-std=std,panic_abort', '--target-dir', targetDir)
  args.push('-Z', 'build-std-features=optimize_for_size')
  args.push('--no-default-features', '--features', features.join())
  if (!dev) args.push('--locked')
  if (timings) args.push('--timings')
  // A failure shows in the build below.
  capture('cargo', ['fetch', '--target', target, '--locked'])
  const folders = builderFolders({ compiler: ready.compiler, targetDir })
  const flags = [...rustflags, ...(dev ? [] : panicFlags), ...remapFlags(folders)]
  const env = { ...ready.compiler.env, CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') }
  const graph = capture('cargo', [...args, '--unit-graph', '-Z', 'unstable-options'], { env })
  const progress = createProgress(graph === null ? [] : unitsOf(graph), (line) => say(id, line))
  const compile = () =>
    mustRun('cargo', [...args, '--quiet', '--message-format=json-render-diagnostics'], {
      env,
      output: 'lines',
      onLine: progress,
      failure: `the ${id} build did not compile`,
      attempt:
        'read the messages of cargo above; where the lock file is old: cargo update --workspace',
    })
  // Side by side: a build ends with crates that one core compiles alone.
  const [bindgen] = await Promise.all([bindgenOnce(ready.cargo), compile()])

  // Replaced in one step: running programs keep the files that they have open.
  const fresh = join(root, `.tools/fresh-${id}-${process.pid}`)
  mkdirSync(fresh, { recursive: true })
  mkdirSync(dirname(out), { recursive: true })
  const file = join(targetDir, target, profile, `${crate.replaceAll('-', '_')}.wasm`)
  const bind = ['--out-dir', fresh, '--out-name', outName, ...(dev ? ['--keep-names'] : [])]
  await mustRun(bindgen, [...bind, file], { failure: `wasm-bindgen refused ${file}` })
  // With the names of functions, which scripts/size.mjs reads.
  mkdirSync(join(root, '.tools/named'), { recursive: true })
  copyFileSync(file, join(root, `.tools/named/${id}.wasm`))
  const wasm = join(fresh, `${outName}_bg.wasm`)
  if (purpose === 'testing' && name === 'threads')
    writeFileSync(wasm, withMostPages(readFileSync(wasm), testingPages))
  const size = finish(wasm, folders)
  rmSync(out, { recursive: true, force: true })
  renameSync(fresh, out)
  record(stamp, value)
  say(id, `${(size / 1e6).toFixed(2)} MB in ${secondsSince(start)}`)
  return id
}

let bindgen
/** Resolves with the path of the bindings generator, which several builds wait for. */
function bindgenOnce(cargo) {
  bindgen ??= prepareBindgen(cargo)
  return bindgen
}

/** The last step on a binary: nothing may change it afterwards. Returns its size in bytes. */
function finish(wasm, folders) {
  const bytes = isolateWaits(readFileSync(wasm))
  if (!findWaits(bytes).every(({ alone }) => alone)) {
    throw new StepError(
      `${wasm} still waits inside other functions`,
      'node --test scripts/test/wait32.test.mjs',
    )
  }
  const path = findBuilderPath(bytes, folders)
  if (path !== null)
    throw new StepError(`${wasm} holds a path of this machine: ${path}`, 'scripts/paths.mjs')
  new WebAssembly.Module(bytes) // the engine of this Node accepts it
  writeFileSync(wasm, bytes)
  return statSync(wasm).size
}

async function buildJs({ force }) {
  const out = join(root, 'dist/js')
  const stamp = join(root, '.tools/stamp/js')
  // Worker scripts contain the bindings.
  const bindings = listFiles(root, ['dist/wasm']).filter((path) => path.endsWith('.js'))
  const value = digest(root, [...jsSources, ...bindings], {})
  const outputs = ['index.js', 'index.cjs', 'worker.bundle.js'].map((name) =>
    join(out, 'src', name),
  )
  if (!force && isCurrent(stamp, value, outputs)) return false
  if (listFiles(root, ['js']).length === 0) return false
  rmSync(out, { recursive: true, force: true })
  await mustRun(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      failure: 'the TypeScript did not compile',
      attempt: 'read the compiler messages above',
    },
  )
  await bundle('dist/js')
  record(stamp, value)
  return true
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const optionOf = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined)
    const [only, flavour, entry] = ['--only', '--flavour', '--entry'].map(optionOf)
    await build(await setup(), {
      ...(args.includes('--dev') ? { dev: true } : {}),
      force: args.includes('--force'),
      only,
      timings: args.includes('--timings'),
      ...(flavour === undefined ? {} : { names: [flavour] }),
      ...(entry === undefined ? {} : { of: [entry] }),
    })
  })
}
