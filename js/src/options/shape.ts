/** Shape of an options object or of a value in it. */
export type Shape = Rule | Fields | Entries | List | Either | ByKey | Required

/** Value without keys. */
export type Rule = {
  readonly kind: 'rule'
  /** Text after "must be" in an error. */
  readonly expected: string
  accepts(value: unknown): boolean
}

/** Object with known keys. */
export type Fields = {
  readonly kind: 'fields'
  readonly fields: Readonly<Record<string, Shape>>
  /** `open` objects may have other keys: they are of other packages, such as viem's account or chain. */
  readonly others: 'refused' | 'open'
  /** Refused keys with a specific reason. */
  readonly reasons: Readonly<Record<string, string>>
}

/** Object with arbitrary keys and values of one shape. */
export type Entries = { readonly kind: 'entries'; readonly value: Shape }

/** List of items of one shape. */
export type List = { readonly kind: 'list'; readonly item: Shape }

/** Value that the rule accepts, or an object. */
export type Either = { readonly kind: 'either'; readonly rule: Rule; readonly object: Shape }

/** One of two objects, distinguished by a key. */
export type ByKey = {
  readonly kind: 'byKey'
  readonly key: string
  readonly has: Fields
  readonly lacks: Fields
}

/** Value that must not be left out. */
export type Required = { readonly kind: 'required'; readonly shape: Shape }

/** Shapes of all keys of the options `T`: the compiler rejects a missing or an extra one. */
export type FieldsOf<T> = {
  readonly [K in Name<T>]-?: undefined extends Value<T, K>
    ? ShapeOf<Exclude<Value<T, K>, undefined>>
    : Required
}

/** Shape of a value: objects need one that knows their keys. */
type ShapeOf<V> = unknown extends V
  ? Rule | List
  : [Nested<V>] extends [never]
    ? Rule | List
    : Fields | Entries | List | Either | ByKey

type Nested<V> = V extends string | number | bigint | boolean | null | Leaf
  ? never
  : V extends readonly (infer Item)[]
    ? unknown extends Item
      ? never
      : Nested<Item>
    : V

/** Objects without options as keys. */
type Leaf = Uint8Array | URL | AbortSignal | ((...parameters: never[]) => unknown)

/** Keys of all members of a union. */
type Name<T> = T extends unknown ? keyof T & string : never
type Value<T, K> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never

export function rule(expected: string, accepts: (value: unknown) => boolean): Rule {
  return { kind: 'rule', expected, accepts }
}

/** Returns the shape of an object with these keys and no others. */
export function fields<T>(known: FieldsOf<T>, reasons: Fields['reasons'] = {}): Fields {
  return { kind: 'fields', fields: known, others: 'refused', reasons }
}

/** Returns the shape of an object with these keys and any others. */
export function open(known: Readonly<Record<string, Shape>>): Fields {
  return { kind: 'fields', fields: known, others: 'open', reasons: {} }
}

export function entries(value: Shape): Entries {
  return { kind: 'entries', value }
}

export function list(item: Shape): List {
  return { kind: 'list', item }
}

export function either(rule: Rule, object: Shape): Either {
  return { kind: 'either', rule, object }
}

export function required(shape: Shape): Required {
  return { kind: 'required', shape }
}
