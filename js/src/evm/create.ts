import { detectHost } from '../loader/detect.js'
import { type Evm, startEvm } from './start.js'

export async function createEvm(options: createEvm.Options = {}): Promise<Evm> {
  return startEvm(options, detectHost())
}

export declare namespace createEvm {
  type Options = startEvm.Options
}
