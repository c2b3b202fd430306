// Public Rust API, as rustdoc shows it, compared with the list that is kept in the repository.
//
// `npm run lint` compares after its step rustdoc, `npm run format` writes the lists. A change of a list is a change
// for those who depend on the crate.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, say } from '../process.mjs'

/** Crates that others embed, with the name of their documentation. */
const crates = {
  stm: 'parevm_stm',
  parevm: 'parevm',
  simulate: 'parevm_simulate',
  node: 'parevm_node',
}

/** Parts of an item that its page names by an `id`. */
const parts =
  /\bid="(structfield|variant|method|tymethod|associatedtype|associatedconstant)\.(\w+)"/g

/** Lines of the public API that rustdoc wrote to `folder`: one per item, one per part of an item. */
export function readApi(folder) {
  const all = readFileSync(join(folder, 'all.html'), 'utf8')
  const pages = [...all.matchAll(/<a href="([\w/.]+\.html)">([\w:]+)<\/a>/g)]
  const lines = pages.flatMap(([, page, path]) => {
    const kind = page.split('/').at(-1).split('.')[0]
    const html = readFileSync(join(folder, page), 'utf8')
    // What is implemented for everything, and traits of others, is no choice of the crate.
    const own = html.split(/id="(?:trait|synthetic|blanket)-implementations"/)[0]
    const names = [...own.matchAll(parts)].map(([, part, name]) => `${part} ${path}::${name}`)
    return [`${kind} ${path}`, ...new Set(names)]
  })
  return [...new Set(lines)].sort((one, other) => (one < other ? -1 : 1))
}

/** Lines that only one of two lists has, marked `+` and `-`. */
export function differenceOf(kept, found) {
  const [before, after] = [new Set(kept), new Set(found)]
  return [
    ...kept.filter((line) => !after.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !before.has(line)).map((line) => `+ ${line}`),
  ]
}

/** Number of crates whose API differs from its list; `write` writes the lists. */
export function api({ write = false, docs = join(root, 'target/doc') } = {}) {
  let wrong = 0
  for (const [name, documentation] of Object.entries(crates)) {
    const list = join(root, 'crate', name, 'api.txt')
    const found = readApi(join(docs, documentation))
    if (write) {
      writeFileSync(list, `${found.join('\n')}\n`)
      continue
    }
    const kept = existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : []
    const difference = differenceOf(kept, found)
    if (difference.length === 0) continue
    wrong++
    say('api', `${dirname(list)} is public otherwise than its api.txt; npm run format writes it`)
    for (const line of difference.slice(0, 20)) say('api', line)
    if (difference.length > 20) say('api', `and ${difference.length - 20} more`)
  }
  return wrong
}
