// Routes every `memory.atomic.wait32` through a function that holds nothing else.
//
//   node scripts/wait32.mjs FILE.wasm
//
// The baseline compiler of Node 20's V8 gives wrong code for a function that
// uses the address of a wait again after it: such code spins for ever. In a
// function of its own the address is used by the wait alone. This has to be the
// last step of a build: an optimiser would inline the function again.

import { readFileSync, writeFileSync } from 'node:fs'
import {
  countImportedFunctions,
  encodeUnsigned,
  Reader,
  readBodies,
  readInstructions,
  readSections,
} from './module.mjs'
import { command, isProgram, StepError } from './process.mjs'

const wait32 = 0xfe0001
const call = 0x10
const localGet = 0x20
const end = 0x0b
const section = { type: 1, import: 2, function: 3, code: 10 }
/** (i32 address, i32 expected, i64 timeout) -> i32 */
const waitType = [0x60, 3, 0x7f, 0x7f, 0x7e, 1, 0x7f]

/** Every wait32 of a module: `{ offset, alone }`; `alone` if its function holds nothing else. */
export function findWaits(bytes) {
  const code = readSections(bytes).find(({ id }) => id === section.code)
  if (code === undefined) return []
  return readBodies(bytes, code).flatMap((body) => {
    const found = [...readInstructions(bytes, body)]
    const shape = found.map(({ opcode }) => opcode).join()
    const alone = shape === [localGet, localGet, localGet, wait32, end].join()
    return found.filter(({ opcode }) => opcode === wait32).map(({ offset }) => ({ offset, alone }))
  })
}

/**
 * The module with all its waits in functions of their own, one for each constant
 * offset in use (in practice one). A module whose waits are alone comes back as it is.
 */
export function isolateWaits(bytes) {
  const waits = findWaits(bytes).filter(({ alone }) => !alone)
  if (waits.length === 0) return bytes
  const sections = readSections(bytes)
  const find = (id) => sections.find((one) => one.id === id)
  const types = new Reader(bytes, find(section.type).start).unsigned()
  const functions = new Reader(bytes, find(section.function).start).unsigned()
  const offsets = [...new Set(waits.map(({ offset }) => offset))].sort((a, b) => a - b)
  const firstIndex = countImportedFunctions(bytes, find(section.import)) + functions
  const indexOf = (offset) => firstIndex + offsets.indexOf(offset)

  const parts = [bytes.subarray(0, 8)]
  for (const one of sections) {
    const old = bytes.subarray(one.start, one.end)
    let content = old
    if (one.id === section.type) content = append(old, [waitType])
    if (one.id === section.function)
      content = append(
        old,
        offsets.map(() => encodeUnsigned(types)),
      )
    if (one.id === section.code) content = rewriteCode(bytes, one, offsets, indexOf)
    parts.push([one.id], encodeUnsigned(content.length), content)
  }
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

/** A section that is a counted list, with `items` behind what it holds. */
function append(content, items) {
  const reader = new Reader(content)
  const count = encodeUnsigned(reader.unsigned() + items.length)
  return Buffer.concat([
    Buffer.from(count),
    content.subarray(reader.at),
    ...items.map((item) => Buffer.from(item)),
  ])
}

function rewriteCode(bytes, code, offsets, indexOf) {
  const bodies = readBodies(bytes, code).map((body) => rewriteBody(bytes, body, indexOf))
  const own = offsets.map((offset) => {
    const get = [0, 1, 2].flatMap((local) => [localGet, local])
    return Buffer.from([0, ...get, 0xfe, 0x01, 2, ...encodeUnsigned(offset), end])
  })
  const all = [...bodies, ...own]
  const parts = all.flatMap((body) => [Buffer.from(encodeUnsigned(body.length)), body])
  return Buffer.concat([Buffer.from(encodeUnsigned(all.length)), ...parts])
}

function rewriteBody(bytes, body, indexOf) {
  const parts = []
  let copied = body.start
  for (const { opcode, start, end: after, offset } of readInstructions(bytes, body)) {
    if (opcode !== wait32) continue
    parts.push(
      bytes.subarray(copied, start),
      Buffer.from([call, ...encodeUnsigned(indexOf(offset))]),
    )
    copied = after
  }
  parts.push(bytes.subarray(copied, body.end))
  return Buffer.concat(parts)
}

if (isProgram(import.meta.url)) {
  await command(([path]) => {
    if (path === undefined)
      throw new StepError('no file was named', 'node scripts/wait32.mjs FILE.wasm')
    writeFileSync(path, isolateWaits(readFileSync(path)))
  })
}
