import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { mnemonicOf } from './mnemonic.js'

const OWN = `${'abandon '.repeat(11)}about`
const JUNK = `${'test '.repeat(11)}junk`

/** A terminal on which `typed` is entered: what is written to it. */
function terminal(typed: string) {
  const written: string[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true })
  input.write(typed)
  const output = { note: (text: string) => void written.push(text) }
  return { input, output, written }
}

const words = (
  values: Partial<mnemonicOf.Values>,
  environment: NodeJS.ProcessEnv = {},
  on: mnemonicOf.Terminal = terminal(''),
) => mnemonicOf({ 'mnemonic-prompt': false, ...values }, environment, on)

test('words of the user are warned of on the command line only', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'parevm-')), 'words')
  await writeFile(file, `${OWN.replaceAll(' ', '\n')}\n`)
  expect(await words({})).toEqual({ words: undefined })
  expect(await words({ mnemonic: ` ${JUNK}` })).toEqual({ words: JUNK, warning: undefined })
  expect(await words({ mnemonic: OWN })).toEqual({
    words: OWN,
    warning: expect.stringMatching(/^--mnemonic: other users of this machine can read these words/),
  })
  expect(await words({ 'mnemonic-file': file }, { PAREVM_MNEMONIC: JUNK })).toEqual({ words: OWN })
  expect(await words({}, { PAREVM_MNEMONIC: OWN })).toEqual({ words: OWN })
})

test('the mnemonic prompt has no echo', async () => {
  const on = terminal(`${OWN}\r`)
  expect(await words({ 'mnemonic-prompt': true }, {}, on)).toEqual({ words: OWN })
  expect(on.written).toEqual(['mnemonic (not shown): ', '\n'])
})

test.each([
  ['nothing', '\r', 'there are no words'],
  ['Ctrl-C', 'abandon\u0003', 'nothing was entered'],
  ['Ctrl-D', '\u0004', 'nothing was entered'],
])('%s ends the prompt with a sentence', async (_, typed, reason) => {
  const on = terminal(typed)
  await expect(words({ 'mnemonic-prompt': true }, {}, on)).rejects.toThrow(
    `--mnemonic-prompt: ${reason}`,
  )
})

test('a prompt needs a terminal', async () => {
  const on = terminal(`${OWN}\r`)
  on.input.isTTY = false
  await expect(words({ 'mnemonic-prompt': true }, {}, on)).rejects.toThrow('needs a terminal')
})

test('empty words are refused, and two sources of them', async () => {
  await expect(words({}, { PAREVM_MNEMONIC: ' ' })).rejects.toThrow(
    'PAREVM_MNEMONIC: there are no words',
  )
  for (const values of [
    { mnemonic: OWN, 'mnemonic-file': 'words' },
    { mnemonic: OWN, 'mnemonic-prompt': true },
    { 'mnemonic-file': 'words', 'mnemonic-prompt': true },
  ])
    await expect(words(values)).rejects.toThrow('exclude each other')
})
