/** What a value of an options object must be. */
export type Shape = Rule | Fields | Entries | List | Either | ByKey | Required

/** A value without keys of its own. */
export type Rule = {
  readonly kind: 'rule'
  /** What an error says behind "must be". */
  readonly expected: string
  accepts(value: unknown): boolean
}

/** An object. */
export type Fields = {
  readonly kind: 'fields'
  readonly fields: Readonly<Record<string, Shape>>
  /** `open` objects may have other keys: they come from elsewhere, such as an account or a chain of viem. */
  readonly others: 'refused' | 'open'
  /** Keys that are refused with a reason of their own. */
  readonly reasons: Readonly<Record<string, string>>
}

/** An object whose keys are names that the caller chooses, and whose values are alike. */
export type Entries = { readonly kind: 'entries'; readonly value: Shape }

/** A list whose items are alike. */
export type List = { readonly kind: 'list'; readonly item: Shape }

/** A value that the rule accepts, or an object. */
export type Either = { readonly kind: 'either'; readonly rule: Rule; readonly object: Shape }

/** One of two objects: that with the key, and that without. */
export type ByKey = {
  readonly kind: 'byKey'
  readonly key: string
  readonly has: Fields
  readonly lacks: Fields
}

/** A value that may not be left out. */
export type Required = { readonly kind: 'required'; readonly shape: Shape }

/** The shapes of all keys of the options `T`: the compiler refuses one too few, and one too many. */
export type FieldsOf<T> = {
  readonly [K in Name<T>]-?: undefined extends Value<T, K>
    ? ShapeOf<Exclude<Value<T, K>, undefined>>
    : Required
}

/** What has keys needs a shape that knows them. */
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

/** Objects whose keys are not options. */
type Leaf = Uint8Array | AbortSignal | ((...parameters: never[]) => unknown)

/** The keys of all members of a union. */
type Name<T> = T extends unknown ? keyof T & string : never
type Value<T, K> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never

export function rule(expected: string, accepts: (value: unknown) => boolean): Rule {
  return { kind: 'rule', expected, accepts }
}

/** An object with these keys and no others. */
export function fields<T>(known: FieldsOf<T>, reasons: Fields['reasons'] = {}): Fields {
  return { kind: 'fields', fields: known, others: 'refused', reasons }
}

/** An object with these keys, and any others. */
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
