import { readFile } from 'node:fs/promises'
import { BaseError } from '../src/error/BaseError.js'
import { check } from '../src/options/check.js'
import { decodeJson } from '../src/rpc/decodeJson.js'
import { BUNDLE, type Bundle } from './bundle.js'
import { clean, messageOf } from './terminal.js'
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
    throw new UsageError(messageOf(error))
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
    throw new UsageError(`${clean(path)}: ${messageOf(error)}`)
  }
}

/**
 * Reads a bundle of calls: a list of them, or what `wallet_sendCalls` takes, its object or its parameters.
 *
 * @throws {@link UsageError} It is none, or has a key that is not known.
 */
export async function readBundle(path: string): Promise<Bundle> {
  const given = await readJson(path)
  // The parameters of a request are a list of one.
  const only: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
  const isBundle = typeof only === 'object' && only !== null && 'calls' in only
  const bundle = isBundle ? only : { calls: given }
  try {
    check(bundle, BUNDLE)
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    throw new UsageError(`${clean(path)}: ${messageOf(error)}`)
  }
  return bundle as Bundle
}
