// Builds the package: both wasm builds, then the TypeScript.
//
//   npm run build [-- --dev] [--force] [--only wasm|js|testing]
//
// `--dev`, or PAREVM_DEV=1 for every command, is for work on the engine: compiled
// faster, and functions keep their names.
// What is up to date is left alone. Outputs: dist/wasm/threads, dist/wasm/single, dist/js.
// `--only testing` builds the whole package once more into dist/testing, with wasm that can be broken on
// purpose, is timed beside plain revm and runs official fixtures. It is not published.

import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
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
/** What the threads of one memory share and what each needs of its own. */
const threadFlags = [
  '-Ctarget-feature=+atomics,+bulk-memory,+simd128',
  '-Clink-arg=--shared-memory',
  `-Clink-arg=--max-memory=${maxMemory}`,
  '-Clink-arg=--import-memory',
  ...['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base', '__heap_base'].map(
    (name) => `-Clink-arg=--export=${name}`,
  ),
]

export const flavours = {
  threads: { features: ['threads'], rustflags: threadFlags },
  single: { features: [], rustflags: ['-Ctarget-feature=+bulk-memory,+simd128'] },
}

const wasmSources = [
  'Cargo.toml',
  'Cargo.lock',
  'toolchain.json',
  'scripts/build.mjs',
  'scripts/wait32.mjs',
  'scripts/memory.mjs',
  'scripts/module.mjs',
  'scripts/paths.mjs',
  'crate/testkit/contract',
  'crate/testkit/skip.toml',
  ...['stm', 'core', 'testkit', 'wasm'].flatMap((name) => [
    `crate/${name}/Cargo.toml`,
    `crate/${name}/src`,
  ]),
]
const jsSources = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'js',
]

/** Builds what is out of date. `ready` is what `setup` resolved with. */
export async function build(
  ready,
  { dev = process.env.PAREVM_DEV === '1', force = false, only } = {},
) {
  const start = performance.now()
  const built = []
  if (only !== 'js') {
    const purpose = only === 'testing' ? only : undefined
    // Side by side: each ends with crates that one core compiles alone.
    const names = Object.keys(flavours)
    const made = names.map((name) => buildWasm(ready, name, { dev, force, purpose }))
    const outcomes = await Promise.allSettled(made)
    for (const [index, { reason, value }] of outcomes.entries()) {
      if (reason !== undefined) throw reason
      if (value) built.push(names[index])
    }
  }
  if (only !== 'wasm' && (await buildJs({ force }))) built.push('js')
  // Imports are relative, so the same JavaScript finds the wasm that lies beside it.
  if (only === 'testing')
    cpSync(join(root, 'dist/js'), join(root, 'dist/testing/js'), { recursive: true })
  say('build', built.length > 0 ? `${built.join(', ')} (${secondsSince(start)})` : 'up to date')
}

/** Resolves with whether there was anything to do. */
async function buildWasm(ready, name, { dev, force, purpose }) {
  const { rustflags } = flavours[name]
  const features = [...flavours[name].features, ...(purpose === undefined ? [] : [purpose])]
  const profile = dev ? 'wasm-dev' : 'wasm'
  const out = join(root, 'dist', purpose ?? '', 'wasm', name)
  const outputs = [`${outName}.js`, `${outName}_bg.wasm`].map((file) => join(out, file))
  const id = [purpose, name].filter(Boolean).join('-')
  const stamp = join(root, '.tools/stamp', `wasm-${id}`)
  const value = digest(root, wasmSources, { profile, compiler: ready.compiler.id })
  if (!force && isCurrent(stamp, value, outputs)) return false

  const start = performance.now()
  say(id, `compile ${crate} and std (profile ${profile}; first time 2 to 5 minutes)`)
  const targetDir = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'wasm', name)
  const args = ['build', '-p', crate, '--lib', '--target', target, '--profile', profile]
  args.push('-Z', 'build-std=std,panic_abort', '--target-dir', targetDir)
  if (features.length > 0) args.push('--features', features.join())
  if (!dev) args.push('--locked')
  // Where it fails, the build says why.
  capture('cargo', ['fetch', '--target', target, '--locked'])
  const folders = builderFolders({ compiler: ready.compiler, targetDir })
  const flags = [...rustflags, ...remapFlags(folders)]
  await mustRun('cargo', args, {
    env: { ...ready.compiler.env, CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') },
    failure: `the ${name} build did not compile`,
    attempt:
      'read the messages of cargo above; where the lock file is old: cargo update --workspace',
  })

  // Complete before it is seen: what runs now goes on with what it has.
  const fresh = join(root, `.tools/fresh-${id}-${process.pid}`)
  mkdirSync(fresh, { recursive: true })
  mkdirSync(dirname(out), { recursive: true })
  const file = join(targetDir, target, profile, `${crate.replaceAll('-', '_')}.wasm`)
  const bind = ['--target', 'web', '--out-dir', fresh, '--out-name', outName]
  bind.push(...(dev ? ['--keep-debug'] : ['--remove-name-section', '--remove-producers-section']))
  await mustRun(ready.wasmBindgen, [...bind, file], { failure: `wasm-bindgen refused ${file}` })
  const wasm = join(fresh, `${outName}_bg.wasm`)
  if (purpose === 'testing' && name === 'threads')
    writeFileSync(wasm, withMostPages(readFileSync(wasm), testingPages))
  const size = finish(wasm, folders)
  rmSync(out, { recursive: true, force: true })
  renameSync(fresh, out)
  record(stamp, value)
  say(id, `${(size / 1e6).toFixed(2)} MB in ${secondsSince(start)}`)
  return true
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
  const types = ['threads', 'single'].map((name) => `dist/wasm/${name}/${outName}.d.ts`)
  const value = digest(root, [...jsSources, ...types], {})
  const outputs = [join(out, 'src/index.js')]
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
  record(stamp, value)
  return true
}

if (isProgram(import.meta.url)) {
  await command(async (args) => {
    const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined
    await build(await setup(), {
      ...(args.includes('--dev') ? { dev: true } : {}),
      force: args.includes('--force'),
      only,
    })
  })
}
