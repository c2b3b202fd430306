import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { loadModule } from '../loader/loadModule.js'
import type { Hex } from '../type/wire.js'

/** Blobs of a transaction, in viem's shape: the EVM sees only their hashes. */
export type BlobRequest = {
  /** Needs `kzg`. */
  readonly blobs?: readonly Hex[] | readonly Uint8Array[] | undefined
  /** Makes commitments, as viem's `setupKzg` returns it. */
  readonly kzg?: { blobToKzgCommitment(blob: Uint8Array): Uint8Array } | undefined
  readonly sidecars?: readonly { readonly commitment: Hex | Uint8Array }[] | undefined
  /** Hashes of blobs, which need not be at hand then. */
  readonly blobVersionedHashes?: readonly Hex[] | undefined
}

/**
 * Returns the request with `blobVersionedHashes` in place of `blobs`, `kzg` and `sidecars`.
 *
 * @param path - What the caller knows the request as, for errors; empty for the parameters.
 * @throws {@link InvalidParameterError} There are blobs, and nothing that says their hashes.
 */
export async function withBlobHashes<request extends BlobRequest>(
  request: request,
  path = '',
): Promise<Omit<request, 'blobs' | 'kzg' | 'sidecars'>> {
  const { blobs, kzg, sidecars, ...rest } = request
  if (rest.blobVersionedHashes !== undefined) return rest
  if (blobs === undefined && sidecars === undefined) return rest
  const { commitmentsToVersionedHashes, toVersionedHashes } = await loadModule(
    'ox/Blobs',
    () => import('ox/Blobs'),
  )
  const hashesOf = () => {
    if (sidecars !== undefined) {
      const commitments = sidecars.map(({ commitment }) => commitment)
      return commitmentsToVersionedHashes(commitments as Hex[], { as: 'Hex' })
    }
    if (blobs !== undefined && kzg !== undefined)
      return toVersionedHashes(blobs as readonly Hex[], { kzg, as: 'Hex' })
    const field = path === '' ? 'kzg' : `${path}.kzg`
    throw new InvalidParameterError(field, 'there with `blobs`, or `blobVersionedHashes`', kzg)
  }
  return { ...rest, blobVersionedHashes: hashesOf() }
}
