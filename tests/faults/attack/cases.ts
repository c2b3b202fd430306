import type { Case } from './case.js'
import { admission } from './cases/admission.js'
import { bounds } from './cases/bounds.js'
import { connections } from './cases/connections.js'
import { engine } from './cases/engine.js'
import { loss } from './cases/loss.js'
import { surroundings } from './cases/surroundings.js'
import { fuzzes } from './fuzz/fuzz.js'

/** Every attack that is a case, in the order of the rules. */
export const CASES: readonly Case[] = [
  ...admission,
  ...bounds,
  ...connections,
  ...engine,
  ...loss,
  ...fuzzes,
  ...surroundings,
]
