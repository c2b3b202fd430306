// Paths of the machine that builds: renamed by the compiler, and none may be left in a binary.

import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { capture, root } from './process.mjs'

/**
 * Folders of this machine, each with the name that stands for it in a binary. Crates must have been fetched: the
 * folder of a registry has the name of its server.
 */
export function builderFolders({ compiler, targetDir }) {
  const { env } = compiler
  const sysroot = capture(env.RUSTC ?? 'rustc', ['--print', 'sysroot'], { env }) ?? '/usr'
  const library = join(sysroot, 'lib/rustlib/src/rust/library')
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const registries = join(cargoHome, 'registry/src')
  const names = existsSync(registries) ? readdirSync(registries).sort() : []
  const folders = [
    [library, '/rustc/library'],
    [cargoHome, '/cargo'],
    ...names.map((name) => [join(registries, name), '/crates']),
    [root, '/parevm'],
    [targetDir, '/target'],
  ]
  // Compilers write what a path resolves to, or the path as it was given.
  return folders.flatMap(([path, name]) =>
    [...new Set([path, resolved(path)])].map((one) => [one, name]),
  )
}

/** Flags of rustc. Where several fit a path, it takes the last. */
export function remapFlags(folders) {
  return folders.map(([path, name]) => `--remap-path-prefix=${path}=${name}`)
}

/**
 * Returns the first path of the builder that `bytes` hold: one in a folder of `folders`, in the home
 * folder, or in a registry of cargo; `null` where there is none.
 */
export function findBuilderPath(bytes, folders, home = homedir()) {
  const text = Buffer.from(bytes).toString('latin1')
  const words = [...folders.map(([path]) => path), home, '.cargo/registry', '.rustup/']
  for (const word of words.filter((word) => word.length > 1)) {
    // A longer name that only begins alike is another folder.
    const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const end = word.endsWith('/') ? '' : '(?=/)'
    const at = new RegExp(`${escaped}${end}`).exec(text)?.index
    if (at !== undefined) return /^[\x20-\x7e]{1,120}/.exec(text.slice(at))?.[0] ?? word
  }
  return null
}

function resolved(path) {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
