import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../../usage.js'

/**
 * State file of `parevm serve --state`: two lines of text, then the chain.
 *
 * ```text
 * parevm-state 1 0000000000001234 <SHA-256 of the rest>
 * {"parevm":"0.1.0","savedAt":"2026-12-01T10:00:00.000Z","beginning":{"chain-id":"31337"}}
 * <the chain, as evm.save() returns it>
 * ```
 *
 * The first line has a fixed length and is written last, so that a torn file has none. Its numbers are the version of the
 * format, and the bytes after the first line.
 */
export type StateFile = {
  readonly head: StateFile.Head
  /** The chain, as `evm.save()` returns it. */
  readonly chain: Uint8Array
}

export declare namespace StateFile {
  type Head = {
    /** Version of parevm that wrote it. */
    readonly parevm: string
    /** Time of the save, in ISO 8601. */
    readonly savedAt: string
    /** Initial options of the chain, see `beginningOf`. */
    readonly beginning: Readonly<Record<string, string>>
  }
}

const NAME = 'parevm-state'
const FORMAT = 1
const LENGTH_DIGITS = 16
const FIRST_LINE_BYTES = `${NAME} ${FORMAT} ${'0'.repeat(LENGTH_DIGITS)} ${'0'.repeat(64)}\n`.length

/** Largest file in bytes: above the memory of an engine, and within a buffer of every supported Node.js. */
const MOST_BYTES = 2 ** 31

/** Bytes to write or hash at once, so that requests are served in between. */
const SLICE_BYTES = 2 ** 22

/**
 * Reads a state file. Resolves with `undefined` where there is none.
 *
 * @throws {@link UsageError} The file is no state file, damaged or unreadable. It is unchanged.
 */
export async function readState(path: string): Promise<StateFile | undefined> {
  const bytes = await bytesOf(path)
  if (bytes === undefined) return undefined
  const refuse = (what: string): never => {
    throw new UsageError(`--state: ${path} ${what}`)
  }
  if (bytes.length === 0) refuse(`is empty: remove it to begin a new chain, or name another file`)
  const first = Buffer.from(bytes.subarray(0, FIRST_LINE_BYTES)).toString('latin1')
  const format = /^parevm-state (\d{1,9}) /.exec(first)?.[1]
  if (format === undefined) refuse('is not a state file of parevm serve: name another file')
  if (format !== String(FORMAT))
    refuse(
      `has format ${format}, this version reads ${FORMAT}: open it with the version that wrote it`,
    )
  const [, length, sum] = /^parevm-state 1 (\d{16}) ([\da-f]{64})\n$/.exec(first) ?? []
  if (length === undefined || sum === undefined) refuse(`${DAMAGED}: its first line is incomplete`)
  const rest = bytes.subarray(FIRST_LINE_BYTES)
  if (rest.length !== Number(length))
    refuse(`${DAMAGED}: it has ${rest.length} bytes after its first line, not ${Number(length)}`)
  if ((await hashOf([rest])) !== sum) refuse(`${DAMAGED}: its checksum is wrong`)
  const end = rest.indexOf(0x0a)
  const head = headOf(Buffer.from(rest.subarray(0, end)).toString())
  return head === undefined ? refuse(DAMAGED) : { head, chain: rest.subarray(end + 1) }
}

const DAMAGED = 'is damaged (put a copy in its place, or remove it to begin a new chain)'

/** Parses the head of a file; `undefined` where it is malformed. */
function headOf(text: string): StateFile.Head | undefined {
  try {
    const { parevm, savedAt, beginning } = JSON.parse(text)
    const isHead =
      /^[\w.+-]{1,40}$/.test(parevm) &&
      /^[\dTZ:.-]{1,40}$/.test(savedAt) &&
      Object.values(beginning).every((value) => typeof value === 'string')
    return isHead ? { parevm, savedAt, beginning } : undefined
  } catch {
    return undefined
  }
}

/** Returns the bytes of a regular file. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  let handle: FileHandle | undefined
  try {
    // Non-blocking: opening a pipe would wait for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = await handle.stat()
    if (!status.isFile()) throw new UsageError(`--state: ${path} is not a file`)
    if (status.size > MOST_BYTES)
      throw new UsageError(`--state: ${path} has ${status.size} bytes, more than ${MOST_BYTES}`)
    return await handle.readFile()
  } catch (error) {
    if (error instanceof UsageError) throw error
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return undefined
    throw new UsageError(`--state: ${path} cannot be read: ${messageOf(error)}`)
  } finally {
    await handle?.close()
  }
}

/**
 * Replaces a state file atomically, also at a crash of the process or the machine: the bytes are on the disk before the
 * file is renamed. Only its owner can read it.
 *
 * @throws Errors of the file system. The old file is unchanged.
 */
export async function writeState(path: string, { head, chain }: StateFile): Promise<void> {
  const temporary = `${path}${TEMPORARY}${randomBytes(6).toString('hex')}`
  const parts = [Buffer.from(`${JSON.stringify(head)}\n`), chain]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const sum = await hashOf(parts)
  const first = `${NAME} ${FORMAT} ${String(length).padStart(LENGTH_DIGITS, '0')} ${sum}\n`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      let position = FIRST_LINE_BYTES
      for (const slice of slices(parts)) position = await writeAt(handle, slice, position)
      await writeAt(handle, Buffer.from(first), 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {
      // The reason is the error that is thrown.
    })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Syncs a folder to the disk, where the system supports that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'].includes(Reflect.get(Object(error), 'code')))
      throw error
  } finally {
    await folder.close()
  }
}

/** Removes temporary files of killed writers. The lock must be held. */
export async function removeTemporaries(path: string): Promise<void> {
  const start = `${basename(path)}${TEMPORARY}`
  const names = await readdir(dirname(path))
  const left = names.filter(
    (name) => name.startsWith(start) && /^[\da-f]{12}$/.test(name.slice(start.length)),
  )
  await Promise.all(left.map((name) => rm(join(dirname(path), name), { force: true })))
}

/** Infix of the name of a temporary file, before a random number. */
const TEMPORARY = '.tmp-'

/** Writes all of `bytes` and returns the position after them. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let written = 0
  while (written < bytes.length) {
    const left = bytes.length - written
    const { bytesWritten } = await handle.write(bytes, written, left, position + written)
    written += bytesWritten
  }
  return position + written
}

async function hashOf(parts: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256')
  for (const slice of slices(parts)) {
    hash.update(slice)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return hash.digest('hex')
}

function* slices(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts)
    for (let start = 0; start < part.length; start += SLICE_BYTES)
      yield part.subarray(start, start + SLICE_BYTES)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
