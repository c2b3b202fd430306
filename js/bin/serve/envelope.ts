/** A request of JSON-RPC, taken from its text. */
export type Envelope = {
  readonly method: string
  /** Positional parameters, as they are written. */
  readonly params: string
  /** The id, as it is written; `undefined` where no answer is wanted. */
  readonly id: string | undefined
}

/** Something that is no request, with the id under which that is answered. */
export type NoEnvelope = { readonly method: undefined; readonly id: string }

/**
 * Reads a request or a batch. Parameters and ids stay the text that they are, so that no number in them
 * is rounded.
 *
 * @throws SyntaxError, as `JSON.parse`.
 */
export function readEnvelopes(text: string): Envelope | NoEnvelope | (Envelope | NoEnvelope)[] {
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed)) return envelope(parsed, text)
  const texts = partsOf(text)
  return parsed.map((request, index) => envelope(request, texts[index] ?? ''))
}

function envelope(value: unknown, text: string): Envelope | NoEnvelope {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { method: undefined, id: 'null' }
  const { jsonrpc, method, id, params } = value as Record<string, unknown>
  const parts = partsOf(text)
  const written = (name: string) => {
    // The last one counts where there are several, as in `JSON.parse`.
    for (let at = parts.length - 2; at >= 0; at -= 2)
      if (JSON.parse(parts[at] ?? '') === name) return parts[at + 1]
    return undefined
  }
  const hasId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number'
  const isRequest = jsonrpc === '2.0' && typeof method === 'string' && hasId
  if (!isRequest || (params !== undefined && typeof params !== 'object'))
    return { method: undefined, id: (hasId ? written('id') : undefined) ?? 'null' }
  return { method, params: written('params') ?? '[]', id: written('id') }
}

/**
 * Returns the texts of what a list holds, or of the names and values of an object in turn.
 *
 * @param text - A list or an object of valid JSON.
 */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  const end = (at: number) => {
    const part = text.slice(start, at).trim()
    if (part !== '') parts.push(part)
    start = at + 1
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '[' || character === '{') {
      depth += 1
      if (depth === 1) start = at + 1
    } else if (character === ']' || character === '}') {
      depth -= 1
      if (depth === 0) end(at)
    } else if (depth === 1 && (character === ',' || character === ':')) end(at)
  }
  return parts
}

/** Returns the position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
