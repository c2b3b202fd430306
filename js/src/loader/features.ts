/** What a host can do, as far as the choice of a build depends on it. */
export type Features = {
  /** Where this code runs. */
  readonly runtime: 'node' | 'browser'
  /** Workers can be started from here. */
  readonly workers: boolean
  /** The page is cross-origin isolated. Always true outside browsers. */
  readonly isolated: boolean
  /** Shared memory and wasm's atomic instructions are there. */
  readonly sharedMemory: boolean
  /** Cores that this process may use. */
  readonly cores: number
}

/**
 * Returns whether wasm can share memory here: a page that is not cross-origin isolated, or a host
 * without the threads proposal, cannot.
 */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  return WebAssembly.validate(ATOMICS)
}

/** A module with a shared memory of one page and one `i32.atomic.load`. */
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
