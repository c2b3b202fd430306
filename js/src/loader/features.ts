/** Features of a host on which the choice of a build depends. */
export type Features = {
  /** Runtime of this code. */
  readonly runtime: 'node' | 'browser'
  /** Whether workers can be started. */
  readonly workers: boolean
  /** Whether the page is cross-origin isolated. Always true outside browsers. */
  readonly isolated: boolean
  /** Whether wasm has shared memory and atomic instructions. */
  readonly sharedMemory: boolean
  /** Cores that this process may use. */
  readonly cores: number
}

/**
 * Returns whether wasm can share memory: not in a page that is not cross-origin isolated, and not in
 * a host without the threads proposal.
 */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  return WebAssembly.validate(ATOMICS)
}

/** Module with a shared memory of one page and one `i32.atomic.load`. */
const ATOMICS = Uint8Array.of(
  0x00,
  0x61,
  0x73,
  0x6d,
  0x01,
  0x00,
  0x00,
  0x00, // magic, version
  0x01,
  0x04,
  0x01,
  0x60,
  0x00,
  0x00, // one type: () -> ()
  0x03,
  0x02,
  0x01,
  0x00, // one function
  0x05,
  0x04,
  0x01,
  0x03,
  0x01,
  0x01, // memory: shared, 1 to 1 pages
  0x0a,
  0x0b,
  0x01,
  0x09,
  0x00,
  0x41,
  0x00,
  0xfe,
  0x10,
  0x02,
  0x00,
  0x1a,
  0x0b,
)
