// Groups of a module's bytes: code by crate, data, names, and the rest.
//
// Reads the module that the compiler linked, whose functions still have their names, in the v0 mangling of rustc.

import { countImportedFunctions, Reader, readBodies, readSections } from '../module.mjs'

const CUSTOM = 0
const IMPORT = 2
const CODE = 10
const DATA = 11

/** First crate in a mangled name: it defines the function, the type or the trait's implementation. */
const crateRoot = /C(?:s[0-9A-Za-z]*_)(\d+)/

/** Returns the name of the crate that defines a function, `other` where its name has none. */
export function crateOf(name) {
  const found = crateRoot.exec(name)
  if (found === null) return 'other'
  // The digits of the length may run into those of the name, which then has an underscore between.
  const rest = name.slice(found.index + found[0].length).replace(/^_/, '')
  return rest.slice(0, Number(found[1])) || 'other'
}

/** Returns the names of a module's functions by index. */
function readNames(bytes, sections) {
  const names = new Map()
  for (const { start, end } of sections.filter(({ id }) => id === CUSTOM)) {
    const reader = new Reader(bytes, start, end)
    if (text(reader) !== 'name') continue
    while (reader.at < reader.end) {
      const kind = reader.byte()
      const next = reader.unsigned() + reader.at
      // The names of functions.
      if (kind === 1)
        for (let left = reader.unsigned(); left > 0; left -= 1)
          names.set(reader.unsigned(), text(reader))
      reader.at = next
    }
  }
  return names
}

function text(reader) {
  const length = reader.unsigned()
  const start = reader.at
  reader.skip(length)
  return Buffer.from(reader.bytes.subarray(start, reader.at)).toString()
}

/**
 * Returns the groups of a module, largest first: `{ group, count, bytes }`, `bytes` being its parts joined. Functions
 * that describe bindings to the generator are left out: it removes them.
 */
export function groupsOf(bytes) {
  const sections = readSections(bytes)
  const find = (id) => sections.find((section) => section.id === id)
  const names = readNames(bytes, sections)
  const imported = countImportedFunctions(bytes, find(IMPORT))
  const groups = new Map()
  const add = (group, part) => groups.set(group, [...(groups.get(group) ?? []), part])
  for (const [index, { start, end }] of readBodies(bytes, find(CODE)).entries()) {
    const name = names.get(index + imported) ?? ''
    if (!name.startsWith('__wbindgen_describe'))
      add(`code: ${crateOf(name)}`, bytes.subarray(start, end))
  }
  for (const { id, start, end } of sections)
    if (id === DATA) add('data', bytes.subarray(start, end))
    else if (id !== CODE && id !== CUSTOM) add('tables, types, exports', bytes.subarray(start, end))
  return [...groups]
    .map(([group, parts]) => ({ group, count: parts.length, bytes: Buffer.concat(parts) }))
    .sort((one, other) => other.bytes.length - one.bytes.length)
}
