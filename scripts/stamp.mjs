// Stamps of outputs: whether an output is current, by the content of its sources.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The files below `paths` (files or folders), sorted, as paths from `base`. */
export function listFiles(base, paths) {
  return paths
    .flatMap((path) => {
      const full = join(base, path)
      if (!existsSync(full)) return []
      if (statSync(full).isFile()) return [path]
      const names = readdirSync(full).filter((name) => name !== 'node_modules' && name !== 'target')
      return listFiles(
        base,
        names.map((name) => join(path, name)),
      )
    })
    .sort()
}

/** A digest of the names and contents of `paths` and of `facts` (flags, versions). */
export function digest(base, paths, facts) {
  const hash = createHash('sha256').update(JSON.stringify(facts))
  for (const path of listFiles(base, paths)) {
    const content = readFileSync(join(base, path))
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Whether `file` records `value` and every one of `outputs` is there. */
export function isCurrent(file, value, outputs) {
  if (!existsSync(file) || !outputs.every((output) => existsSync(output))) return false
  return readFileSync(file, 'utf8').trim() === value
}

/** Records that the outputs were made from `value`. Call it when they are complete. */
export function record(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${value}\n`)
}
