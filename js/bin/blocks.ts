import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clean } from './terminal.js'
import { UsageError } from './usage.js'

/** Folder of the blocks of the package. */
export const embedded = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

/** Returns the paths of all block fixtures in `directory`, by height. */
export async function blocksIn(directory: string): Promise<string[]> {
  let names: string[]
  try {
    names = await readdir(directory)
  } catch {
    throw new UsageError(`there is no folder ${clean(directory)}`)
  }
  const blocks = names.filter((name) => /\.json(\.gz)?$/.test(name))
  if (blocks.length === 0) throw new UsageError(`no *.json.gz in ${clean(directory)}`)
  const collator = new Intl.Collator('en', { numeric: true })
  return blocks.sort(collator.compare).map((name) => join(directory, name))
}

/** Returns the name of a fixture: its file name without endings. */
export function nameOf(path: string): string {
  return basename(path).replace(/\.json(\.gz)?$/, '')
}
