import { execFile } from 'node:child_process'
import { cp, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))

/** Modules of the clients, which have an installation of their own. */
export const modules = createRequire(join(here, 'tools/package.json'))

/** The Solidity compiler as a program, and as a module. */
export const compiler = {
  program: join(here, 'solc.mjs'),
  module: modules.resolve('solc/soljson.js'),
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Path of a program of Foundry. */
export function foundry(name: 'cast' | 'forge'): string {
  const platform = `${process.platform}-${ARCHITECTURES[process.arch]}`
  return join(dirname(modules.resolve(`@foundry-rs/${name}-${platform}/package.json`)), 'bin', name)
}

/** Copies the Solidity project, which its tools write into; returns its folder. */
export async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  await cp(join(here, 'project'), folder, { recursive: true })
  await symlink(join(here, 'tools/node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

/** Runs a program; resolves with what it prints, without the last line break. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: run.Options = {},
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env } }
  return (await promisify(execFile)(program, args, options)).stdout.trimEnd()
}

export declare namespace run {
  type Options = { cwd?: string; env?: Record<string, string> }
}
