import { readFile } from 'node:fs/promises'
import { decodeJson } from '../src/rpc/decodeJson.js'
import { UsageError } from './usage.js'

/**
 * Reads a file that the command line names.
 *
 * @throws {@link UsageError} It cannot be read.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Reads a file as UTF-8. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path))
}

/** Reads a file of JSON, in which every integer keeps its value. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return decodeJson(text)
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Reads a bundle of calls: a list of them, or what `wallet_sendCalls` takes, its object or its parameters. */
export async function readBundle(path: string): Promise<Bundle> {
  const given = await readJson(path)
  // The parameters of a request are a list of one.
  const only: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
  if (typeof only === 'object' && only !== null && 'calls' in only) return only
  return { calls: given }
}

/** Calls, and what they have in common. The engine checks them. */
export type Bundle = { readonly calls: unknown; readonly [name: string]: unknown }
