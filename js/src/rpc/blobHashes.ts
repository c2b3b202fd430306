import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { loadModule } from '../loader/loadModule.js'
import type { Hex } from '../type/wire.js'

type Kzg = NonNullable<BlobRequest['kzg']>

/** Blobs of a transaction, in viem's shape. The EVM sees only their hashes. */
export type BlobRequest = {
  /** Blobs; requires `kzg`. */
  readonly blobs?: readonly Hex[] | readonly Uint8Array[] | undefined
  /** KZG library for commitments, as viem's `setupKzg` returns it. */
  readonly kzg?: { blobToKzgCommitment(blob: Uint8Array): Uint8Array } | undefined
  readonly sidecars?: readonly { readonly commitment: Hex | Uint8Array }[] | undefined
  /** Hashes, in place of the blobs. */
  readonly blobVersionedHashes?: readonly Hex[] | undefined
}

/**
 * Returns the request with `blobVersionedHashes` in place of `blobs`, `kzg` and `sidecars`.
 *
 * @param path - Path of the request in errors; empty for the parameters.
 * @throws {@link InvalidParameterError} The hashes of the blobs cannot be computed.
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
  const at = (field: string) => (path === '' ? field : `${path}.${field}`)
  if (sidecars === undefined && kzg === undefined)
    throw new InvalidParameterError(at('kzg'), 'given with `blobs`, or `blobVersionedHashes`', kzg)
  try {
    const commitments = sidecars?.map(({ commitment }) => commitment)
    const hashes =
      commitments === undefined
        ? toVersionedHashes(blobs as readonly Hex[], { kzg: kzg as Kzg, as: 'Hex' })
        : commitmentsToVersionedHashes(commitments as Hex[], { as: 'Hex' })
    return { ...rest, blobVersionedHashes: hashes }
  } catch (cause) {
    const field = sidecars === undefined ? 'blobs' : 'sidecars'
    throw new InvalidParameterError(at(field), 'blobs with their commitments', request, cause)
  }
}
