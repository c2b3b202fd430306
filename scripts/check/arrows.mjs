// Floors inside a crate: of the modules of one folder none imports another that imports it, directly or by others.
//
//   node scripts/check/arrows.mjs CRATE    lists which module of crate/CRATE imports which
//
// Between crates Cargo keeps arrows pointing one way. Inside a crate nothing does but this.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, isProgram, root, say } from '../process.mjs'
import { arrowsOf } from './imports.mjs'

/** Imports between the modules of each folder: folder to module to module to arrows. */
export function floorsOf(files) {
  const floors = new Map()
  const at = (map, key) => map.get(key) ?? map.set(key, new Map()).get(key)
  for (const { from, to } of arrowsOf(files)) {
    let shared = 0
    while (from.module[shared] !== undefined && from.module[shared] === to.module[shared]) shared++
    const [module, imported] = [from.module[shared], to.module[shared]]
    // A module and its own parts are one subject.
    if (module === undefined || imported === undefined) continue
    const folder = at(floors, from.module.slice(0, shared).join('/'))
    const arrows = at(folder, module)
    at(folder, imported)
    arrows.set(imported, [...(arrows.get(imported) ?? []), { from: from.path, to: to.path }])
  }
  return floors
}

/** Shortest way from `module` back to itself, as arrows; undefined where there is none. */
function cycleOf(folder, module) {
  const reached = new Map()
  const queue = [module]
  for (const next of queue) {
    for (const [imported, [arrow]] of folder.get(next) ?? []) {
      if (imported !== module && reached.has(imported)) continue
      reached.set(imported, { from: next, arrow })
      if (imported === module) {
        const way = []
        let at = module
        do {
          const step = reached.get(at)
          way.unshift(step.arrow)
          at = step.from
        } while (at !== module)
        return way
      }
      queue.push(imported)
    }
  }
  return undefined
}

/** Cycles among the modules of each folder, each once, as text that names the files. */
export function findCycles(files, prefix = '') {
  const errors = []
  for (const folder of floorsOf(files).values()) {
    const named = new Set()
    for (const module of [...folder.keys()].sort()) {
      if (named.has(module)) continue
      const cycle = cycleOf(folder, module)
      if (cycle === undefined) continue
      const [first, ...rest] = cycle
      for (const { from } of cycle) named.add(from)
      for (const [other] of folder) {
        if (cycleOf(folder, other)?.some((arrow) => cycle.includes(arrow))) named.add(other)
      }
      const back = rest.map(({ from, to }) => `${prefix}${from} imports ${prefix}${to}`).join(', ')
      errors.push(`${prefix}${first.from} imports ${prefix}${first.to}, and back: ${back}`)
    }
  }
  return errors
}

/** Texts of the files of `crate/NAME`, by path below `src`. */
export function readCrate(name) {
  const base = `crate/${name}/src/`
  const listed = capture('git', ['ls-files', '--cached', '--others', '--exclude-standard', base])
  const paths = (listed ?? '').split('\n').filter((path) => path.endsWith('.rs'))
  return new Map(
    paths.map((path) => [path.slice(base.length), readFileSync(join(root, path), 'utf8')]),
  )
}

if (isProgram(import.meta.url)) {
  const name = process.argv[2]
  const files = readCrate(name)
  for (const [folder, modules] of floorsOf(files)) {
    for (const [module, imports] of modules) {
      if (imports.size > 0) say(folder || name, `${module} -> ${[...imports.keys()].join(' ')}`)
    }
  }
  for (const cycle of findCycles(files)) say('cycle', cycle)
}
