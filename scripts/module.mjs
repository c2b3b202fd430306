// Reads WebAssembly binaries: sections, functions and instruction borders.
//
// Knows the encoding of the core specification 2.0 with threads, tail calls,
// exceptions and SIMD. An instruction that it does not know is an error, never
// a guess. `wait32.mjs` is what it exists for.

/** Walks over the bytes of a module. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  byte() {
    if (this.at >= this.end) throw new Error(`wasm: the bytes end inside an item at ${this.at}`)
    return this.bytes[this.at++]
  }

  /** An unsigned LEB128 number of up to 53 bits. */
  unsigned() {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  /** Steps over a LEB128 number of any width and sign. */
  skipNumber() {
    while (this.byte() >= 0x80) {}
  }

  skip(length) {
    this.at += length
    if (this.at > this.end) throw new Error('wasm: the bytes end inside an item')
  }
}

/** `value` as unsigned LEB128. */
export function encodeUnsigned(value) {
  const bytes = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return bytes
}

/** The sections of a module: `{ id, start, end }`, without their headers. */
export function readSections(bytes) {
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new Error('wasm: not a WebAssembly module')
  const sections = []
  const reader = new Reader(bytes, magic.length)
  while (reader.at < reader.end) {
    const id = reader.byte()
    const length = reader.unsigned()
    const start = reader.at
    reader.skip(length)
    sections.push({ id, start, end: reader.at })
  }
  return sections
}

/** Number of imported functions: they are first in the index space. */
export function countImportedFunctions(bytes, section) {
  if (section === undefined) return 0
  const reader = new Reader(bytes, section.start, section.end)
  let functions = 0
  for (let left = reader.unsigned(); left > 0; left -= 1) {
    reader.skip(reader.unsigned())
    reader.skip(reader.unsigned())
    const kind = reader.byte()
    if (kind === 0) {
      functions += 1
      reader.skipNumber()
    } else if (kind === 1) {
      skipValueType(reader)
      skipLimits(reader)
    } else if (kind === 2) {
      skipLimits(reader)
    } else if (kind === 3) {
      skipValueType(reader)
      reader.skip(1)
    } else if (kind === 4) {
      reader.skip(1)
      reader.skipNumber()
    } else {
      throw new Error(`wasm: import of unknown kind ${kind}`)
    }
  }
  return functions
}

function skipLimits(reader) {
  const flags = reader.byte()
  reader.skipNumber()
  if (flags & 1) reader.skipNumber()
}

function skipValueType(reader) {
  const type = reader.byte()
  // (ref null ht) and (ref ht) carry a heap type.
  if (type === 0x63 || type === 0x64) reader.skipNumber()
}

/** The bodies of the code section: `{ start, code, end }`, `code` being past the locals. */
export function readBodies(bytes, section) {
  const reader = new Reader(bytes, section.start, section.end)
  const bodies = []
  for (let left = reader.unsigned(); left > 0; left -= 1) {
    const length = reader.unsigned()
    const start = reader.at
    for (let groups = reader.unsigned(); groups > 0; groups -= 1) {
      reader.skipNumber()
      skipValueType(reader)
    }
    bodies.push({ start, code: reader.at, end: start + length })
    reader.at = start + length
  }
  return bodies
}

/**
 * The instructions of a body, one after another: `{ opcode, start, end }`, and
 * `offset` for an access to memory. A prefixed opcode is `prefix << 16 | number`.
 */
export function* readInstructions(bytes, body) {
  const reader = new Reader(bytes, body.code, body.end)
  while (reader.at < reader.end) {
    const start = reader.at
    const first = reader.byte()
    const opcode = first >= 0xfc ? (first << 16) | reader.unsigned() : first
    const offset = skipImmediates(reader, opcode)
    yield { opcode, start, end: reader.at, offset }
  }
}

function skipMemoryAccess(reader) {
  const alignment = reader.unsigned()
  if (alignment & 0x40) reader.skipNumber() // the index of a memory
  return reader.unsigned()
}

function skipBlockType(reader) {
  const type = reader.bytes[reader.at]
  if (type === 0x63 || type === 0x64) skipValueType(reader)
  else reader.skipNumber()
}

/** Steps over what follows an opcode; the offset, where it accesses memory. */
function skipImmediates(reader, opcode) {
  if (opcode >= 0xfc0000) return skipPrefixed(reader, opcode)
  if (opcode >= 0x28 && opcode <= 0x3e) return skipMemoryAccess(reader)
  if (opcode >= 0x45 && opcode <= 0xc4) return undefined
  switch (opcode) {
    case 0x00: // unreachable, nop, else, throw_ref, end, return, drop, select, ref.is_null, ref.as_non_null
    case 0x01:
    case 0x05:
    case 0x0a:
    case 0x0b:
    case 0x0f:
    case 0x19:
    case 0x1a:
    case 0x1b:
    case 0xd1:
    case 0xd3:
    case 0xd4:
      return undefined
    case 0x02: // block, loop, if, try
    case 0x03:
    case 0x04:
    case 0x06:
      return skipBlockType(reader)
    case 0x07: // catch, throw, rethrow, br, br_if, call, return_call, call_ref, return_call_ref, delegate
    case 0x08:
    case 0x09:
    case 0x0c:
    case 0x0d:
    case 0x10:
    case 0x12:
    case 0x14:
    case 0x15:
    case 0x18:
    case 0x20: // local.get to table.set
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24:
    case 0x25:
    case 0x26:
    case 0x3f: // memory.size, memory.grow, i32.const, i64.const
    case 0x40:
    case 0x41:
    case 0x42:
    case 0xd0: // ref.null, ref.func, br_on_null, br_on_non_null
    case 0xd2:
    case 0xd5:
    case 0xd6:
      return reader.skipNumber()
    case 0x0e: // br_table
      for (let left = reader.unsigned() + 1; left > 0; left -= 1) reader.skipNumber()
      return undefined
    case 0x11: // call_indirect, return_call_indirect
    case 0x13:
      reader.skipNumber()
      return reader.skipNumber()
    case 0x1c: // select with types
      for (let left = reader.unsigned(); left > 0; left -= 1) skipValueType(reader)
      return undefined
    case 0x1f: // try_table
      skipBlockType(reader)
      for (let left = reader.unsigned(); left > 0; left -= 1) {
        if (reader.byte() < 2) reader.skipNumber()
        reader.skipNumber()
      }
      return undefined
    case 0x43: // f32.const, f64.const
      return reader.skip(4)
    case 0x44:
      return reader.skip(8)
    default:
      throw new Error(`wasm: unknown opcode 0x${opcode.toString(16)} before byte ${reader.at}`)
  }
}

function skipPrefixed(reader, opcode) {
  const number = opcode & 0xffff
  switch (opcode >>> 16) {
    case 0xfc:
      if (number <= 7) return undefined // saturating truncation
      if (number >= 0x13 && number <= 0x16) return undefined // wide arithmetic
      if (number === 8 || number === 10 || number === 12 || number === 14) reader.skipNumber()
      if (number <= 17) return reader.skipNumber()
      break
    case 0xfd:
      if (number <= 11 || number === 92 || number === 93) return skipMemoryAccess(reader)
      if (number === 12 || number === 13) return reader.skip(16) // v128.const, i8x16.shuffle
      if (number >= 21 && number <= 34) return reader.skip(1) // lanes
      if (number >= 84 && number <= 91) {
        const offset = skipMemoryAccess(reader)
        reader.skip(1)
        return offset
      }
      if (number <= 0x113) return undefined
      break
    case 0xfe:
      if (number === 3) return reader.skip(1) // atomic.fence
      if (number <= 2 || (number >= 0x10 && number <= 0x4e)) return skipMemoryAccess(reader)
      break
    default:
  }
  throw new Error(`wasm: unknown opcode 0x${opcode.toString(16)} before byte ${reader.at}`)
}
