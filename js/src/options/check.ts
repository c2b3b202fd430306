import { InvalidParameterError } from '../error/InvalidParameterError.js'
import { nearest } from './nearest.js'
import type { Fields, Shape } from './shape.js'

/**
 * Checks a value against its shape: every key of every object is known, and every value is accepted. Keys with the
 * value `undefined` count as absent.
 *
 * @param path - Path of `value` in errors; empty for the parameters.
 * @throws {@link InvalidParameterError} that names the first unknown key or invalid value.
 */
export function check(value: unknown, shape: Shape, path = ''): void {
  switch (shape.kind) {
    case 'rule':
      if (!shape.accepts(value)) throw new InvalidParameterError(path, shape.expected, value)
      break
    case 'required':
      check(value, shape.shape, path)
      break
    case 'either':
      if (shape.rule.accepts(value)) break
      if (!isObject(value)) throw new InvalidParameterError(path, shape.rule.expected, value)
      check(value, shape.object, path)
      break
    case 'byKey':
      check(value, isObject(value) && shape.key in value ? shape.has : shape.lacks, path)
      break
    case 'list':
      if (!Array.isArray(value)) throw new InvalidParameterError(path, 'a list', value)
      for (const [index, item] of value.entries()) check(item, shape.item, `${path}[${index}]`)
      break
    case 'entries':
      if (!isObject(value)) throw new InvalidParameterError(path, 'an object', value)
      for (const [key, one] of Object.entries(value)) check(one, shape.value, `${path}.${key}`)
      break
    case 'fields':
      if (!isObject(value))
        throw new InvalidParameterError(path === '' ? 'parameters' : path, 'an object', value)
      checkFields(value, shape, path)
      break
  }
}

function checkFields(value: object, { fields, others, reasons }: Fields, path: string): void {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  // Unknown keys first: a misspelt key explains a missing one.
  for (const key of others === 'refused' ? Object.keys(value) : []) {
    const given: unknown = Reflect.get(value, key)
    if (given === undefined || Object.hasOwn(fields, key)) continue
    if (Object.hasOwn(reasons, key) && given === null) continue
    if (Object.hasOwn(reasons, key))
      throw new InvalidParameterError(at(key), 'left out', given, undefined, reasons[key])
    const meant = nearest(key, Object.keys(fields))
    throw new InvalidParameterError(
      at(key),
      'left out',
      given,
      undefined,
      meant === undefined ? 'Unknown key.' : `Unknown key; did you mean \`${meant}\`?`,
    )
  }
  for (const key of isPlain(value) ? Object.keys(value) : Object.keys(fields)) {
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined
    const given: unknown = Reflect.get(value, key)
    if (shape !== undefined && given !== undefined) check(given, shape, at(key))
  }
  for (const key of requiredKeys(fields)) {
    const shape = fields[key]
    if (shape !== undefined && Reflect.get(value, key) === undefined)
      check(undefined, shape, at(key))
  }
}

/** Whether all fields of an object are its own: others may have getters of a class. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}

/** Required keys by fields: most calls give few of many. */
const required = new WeakMap<object, readonly string[]>()

function requiredKeys(fields: Fields['fields']): readonly string[] {
  const known = required.get(fields)
  if (known !== undefined) return known
  const keys = Object.keys(fields).filter((key) => fields[key]?.kind === 'required')
  required.set(fields, keys)
  return keys
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
