import type { Evm as FullEvm, Simulations } from '../evm/evm.js'

/** Running engine of `parevm/simulate`. Its methods are plain functions without `this`. */
export type Evm = Simulations & Pick<FullEvm, 'info' | 'close' | typeof Symbol.asyncDispose>

export declare namespace Evm {
  type Build = FullEvm.Build
  type Info = FullEvm.Info
  type Sync = FullEvm.Sync
}
