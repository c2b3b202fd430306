// Says how far the imported memory of a wasm module may grow.
//
// The linker's `--max-memory` says the same, but it is a flag of the compiler: another value has std
// and every crate compiled again.

import { encodeUnsigned, Reader, readSections } from './module.mjs'

const importSection = 2
/** Kinds of imports. */
const table = 1
const memory = 2

/** The module with `pages` of 64 KiB as the most that its memory may have. */
export function withMostPages(bytes, pages) {
  const section = readSections(bytes).find(({ id }) => id === importSection)
  const limit = section && findLimit(new Reader(bytes, section.start, section.end))
  if (limit === undefined) throw new Error('wasm: no memory with a limit is imported')
  const content = Buffer.concat([
    bytes.subarray(section.start, limit.start),
    Buffer.from(encodeUnsigned(pages)),
    bytes.subarray(limit.end, section.end),
  ])
  return Buffer.concat([
    bytes.subarray(0, headerStart(bytes, section)),
    Buffer.from([importSection, ...encodeUnsigned(content.length)]),
    content,
    bytes.subarray(section.end),
  ])
}

/** Position of the memory's limit. */
function findLimit(reader) {
  for (let left = reader.unsigned(); left > 0; left -= 1) {
    reader.skip(reader.unsigned())
    reader.skip(reader.unsigned())
    const kind = reader.byte()
    if (kind === memory) {
      const hasLimit = (reader.byte() & 1) === 1
      reader.skipNumber()
      if (!hasLimit) return undefined
      const start = reader.at
      reader.skipNumber()
      return { start, end: reader.at }
    }
    if (kind === table) throw new Error('wasm: a table is imported before the memory')
    reader.skipNumber() // the type of a function; nothing else is imported
  }
  return undefined
}

/** Position of the section's id, before its length and content. */
function headerStart(bytes, section) {
  const reader = new Reader(bytes, 8)
  while (reader.at < section.start) {
    const at = reader.at
    reader.byte()
    const length = reader.unsigned()
    if (reader.at === section.start) return at
    reader.skip(length)
  }
  throw new Error('wasm: the section has no header')
}
