// Judges results of which only the kind is bound, by the OpenRPC sources of execution-apis. The wasm build
// leaves them to its host: with a judge it would not be made of what the package is made of. The same
// rules as `crate/testkit/src/conformance/rpc/schema.rs`.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { root } from '../process.mjs'

/** Schemas of the engine API that the sources refer to and do not hold. */
const ofEngineApi = join(root, 'crate/testkit/src/conformance/rpc/engine.json')

/** Whether a file of this name holds schemas. */
export const isSchema = (name) => /^spec\/.*\.yaml$/.test(name)

/**
 * Returns what turns the verdict on a file into a final one. `files`, of `{ name, text }`, are the
 * sources: named schemas are in `spec/schemas`, methods in the other folders.
 */
export function judgeOf(files) {
  const schemas = JSON.parse(readFileSync(ofEngineApi, 'utf8'))
  const results = new Map()
  for (const { name, text } of files) {
    const content = parse(text.toString())
    if (Array.isArray(content))
      for (const method of content) results.set(method.name, method.result?.schema)
    else if (name.startsWith('spec/schemas/')) Object.assign(schemas, content)
  }
  // As draft 7 has it, words are allowed that no schema knows.
  const ajv = new Ajv({ strict: false, logger: false })

  const difference = ({ method, result }) => {
    const schema = results.get(method)
    if (schema === undefined) return `spec has no schema of ${method}`
    if (ajv.validate({ components: { schemas }, allOf: [schema] }, result)) return null
    const [{ instancePath, message }] = ajv.errors
    return `result${instancePath} ${message}`
  }
  return (verdict) => {
    if (verdict.outcome !== 'open') return verdict
    const { reason, ...rest } = verdict
    const found = reason.map(difference).find((words) => words !== null)
    return found === undefined
      ? { ...rest, outcome: 'passed' }
      : { ...rest, outcome: 'failed', reason: found }
  }
}
