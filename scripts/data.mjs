// Folders of test data: a small one in the repository, an optional one outside of it.
//
// `PAREVM_DATA` names the folder of outside data, relative to the repository or absolute. Unset or empty:
// there is none. docs/testing.md ("Outside data") says what it holds and where that comes from. The crates read
// the same variable in `crate/testkit/src/data.rs`; nothing else names a path outside of the repository.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root, StepError } from './process.mjs'

export const variable = 'PAREVM_DATA'

/** Folder of the data in the repository. */
export const embedded = join(root, 'crate/testkit/data')

/** Returns the folder of outside data, or `null` where the setting names none. */
export function outsideFolder(environment = process.env) {
  const named = environment[variable] ?? ''
  if (named === '') return null
  const folder = resolve(root, named)
  if (existsSync(folder)) return folder
  throw new StepError(`${variable} names ${folder}, which does not exist`, `${variable}= npm test`)
}

/** Returns the path of `name` in the folder of outside data, or `null` where it is not there. */
export function findOutside(name, environment = process.env) {
  const folder = outsideFolder(environment)
  if (folder === null) return null
  const path = join(folder, name)
  return existsSync(path) ? path : null
}
