// Files that may have more than 400 lines, each with the reason.

/** Ends of paths, with the reason. */
export const longFiles = new Map([['js/src/type/wire.ts', 'generated from the Rust types']])
