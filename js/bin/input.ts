import { type FileHandle, open } from 'node:fs/promises'
import { BaseError } from '../src/error/BaseError.js'
import { cut } from '../src/error/cut.js'
import { check } from '../src/options/check.js'
import { decodeJson } from '../src/rpc/decodeJson.js'
import { BUNDLE, type Bundle } from './bundle.js'
import { DEFAULTS } from './serve/limits.js'
import { clean, messageOf } from './terminal.js'
import { UsageError } from './usage.js'

/**
 * Reads an input file: a regular file, a pipe or a device.
 *
 * @param most - Largest size in bytes; no more is read.
 * @throws {@link UsageError} The file cannot be read, or is larger.
 */
export async function readBytes(path: string, most = DEFAULTS.file): Promise<Uint8Array> {
  const name = clean(cut(path))
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    const stat = await handle.stat()
    if (stat.isDirectory()) throw new UsageError(`${name}: is a folder, not a file`)
    const bytes = stat.size > most ? undefined : await bytesOf(handle, stat.size, most)
    if (bytes === undefined) throw new UsageError(`${name}: is larger than ${most} bytes`)
    return bytes
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code, message } = Object(error)
    throw new UsageError(clean(cut(String(message))), String(code))
  } finally {
    await handle?.close()
  }
}

/**
 * Reads a file to its end into a growing buffer.
 *
 * @param size - Size of the file in bytes, 0 where it is unknown.
 * @returns `undefined` where there are more than `most`.
 */
async function bytesOf(
  handle: FileHandle,
  size: number,
  most: number,
): Promise<Uint8Array | undefined> {
  // One byte more than expected, to detect the end.
  let buffer = new Uint8Array(Math.max(size, SMALLEST) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
    if (bytesRead === 0) return buffer.slice(0, length)
    length += bytesRead
    if (length > most) return undefined
    if (length < buffer.length) continue
    const larger = new Uint8Array(Math.min(2 * buffer.length, most + 1))
    larger.set(buffer)
    buffer = larger
  }
}

/** Initial size of a buffer in bytes. */
const SMALLEST = 65_536

/** Reads a file as UTF-8. */
export async function readText(path: string, most?: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, most))
}

/** Reads a JSON file without loss of precision. */
export async function readJson(path: string, most?: number): Promise<unknown> {
  const text = await readText(path, most)
  try {
    return decodeJson(text)
  } catch (error) {
    throw new UsageError(`${clean(cut(path))}: ${messageOf(error)}`)
  }
}

/**
 * Reads a bundle of calls: a list of calls, or the object or the parameters of `wallet_sendCalls`.
 *
 * @throws {@link UsageError} The file is not a bundle, or has an unknown key.
 */
export async function readBundle(path: string, most?: number): Promise<Bundle> {
  const given = await readJson(path, most)
  // The parameters of a request are a list of one.
  const only: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
  const isBundle = typeof only === 'object' && only !== null && 'calls' in only
  const bundle = isBundle ? only : { calls: given }
  try {
    check(bundle, BUNDLE)
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    throw new UsageError(`${clean(cut(path))}: ${messageOf(error)}`)
  }
  return bundle as Bundle
}
