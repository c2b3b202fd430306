// Files beside those of the suite `rpc`, which reads each file packed with all of them. The same
// rules as `crate/testkit/src/conformance/rpc/beside.rs`.

/** Whether a file of this name belongs to it. Schemas are not for the engine. */
export const isBeside = (name) => name === 'genesis.json' || name === 'chain.rlp'

/** Returns `files`, of `{ name, text }`, in one text. Bytes that are no text are in hexadecimal. */
export const joined = (files) =>
  JSON.stringify(
    Object.fromEntries(
      files.map(({ name, text }) => [
        name,
        name.endsWith('.rlp') ? `0x${text.toString('hex')}` : text.toString(),
      ]),
    ),
  )

/** Returns a file as the suite reads it; `responses` are what another server answers to its requests. */
export function pack(beside, text, responses) {
  const more = responses === undefined ? '' : `,"responses":${JSON.stringify(responses)}`
  return Buffer.from(`{"beside":${beside},"text":${JSON.stringify(text.toString())}${more}}`)
}
