import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SIGNING_METHODS } from './signing.js'

const rpc = new URL('../../../crate/node/src/rpc/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, rpc), 'utf8')

/** Calls after which a method has used a key, sent in the name of an account, or changed the chain id. */
const SIGNS = /\bsign_request\(|\bsignature::answer\(|\.sign\(|\bset_chain_id\(/

test('each method whose file signs is in the table, and no other', () => {
  const files = readdirSync(rpc).filter((name) => name.endsWith('.rs') && name !== 'signature.rs')
  const signing = new Set(
    files.filter((name) => SIGNS.test(read(name))).map((name) => name.slice(0, -3)),
  )
  const rows = read('table.rs').matchAll(/^ {4}"(\w+)" => \w+ (\w+), \w+;$/gm)
  const methods = [...rows].flatMap(([, name, file]) => (signing.has(file ?? '') ? [name] : []))
  expect(methods.sort()).toEqual([...SIGNING_METHODS].sort())
})

test('docs/serve.md names each of them', () => {
  const guide = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8')
  const [, section = ''] = guide.split('These methods are refused')
  const [list = ''] = section.split('A page reads the chain')
  const named = [...list.matchAll(/`([a-z]+_\w+)`/g)].map(([, name]) => name)
  expect(named.sort()).toEqual([...SIGNING_METHODS].sort())
})
