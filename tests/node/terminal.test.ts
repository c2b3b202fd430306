import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** Clears the screen, sets the title, turns the direction, breaks the line, and hides letters. */
const HOSTILE = '\u001b[2J\u009b2J\u001b]0;x\u0007\u202e\u2066\u2028\n\u200b\u{e0041}\r'
const SHOWN =
  '\\u001b[2J\\u009b2J\\u001b]0;x\\u0007\\u202e\\u2066\\u2028\\n\\u200b\\udb40\\udc41\\r'
/** File names and arguments are as hostile as a file system lets them be. */
const FILE = join(tmpdir(), `none-${HOSTILE}.json.gz`)

const SENDER = `0x${'1'.repeat(40)}`
const TOKEN = `0x${'2'.repeat(40)}`
const LIAR = `0x${'3'.repeat(40)}`

let folder: string
let genesis: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  genesis = join(folder, 'genesis.json')
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople']
  forks.push('petersburg', 'istanbul', 'berlin', 'london')
  const times = ['shanghai', 'cancun', 'prague'].map((fork) => [`${fork}Time`, 0])
  const config = {
    chainId: 1,
    ...Object.fromEntries(forks.map((fork) => [`${fork}Block`, 0])),
    ...Object.fromEntries(times),
    terminalTotalDifficulty: 0,
  }
  const alloc = {
    [SENDER]: { balance: '0xde0b6b3a7640000' },
    [TOKEN]: { balance: '0x0', code: token() },
    [LIAR]: { balance: '0x0', code: liar() },
  }
  const document = { config, alloc, gasLimit: '0x2faf080', difficulty: '0x0', timestamp: '0x1' }
  await writeFile(genesis, JSON.stringify(document))
})

const word = (value: number) => value.toString(16).padStart(64, '0')

/** A string as contracts return it. */
function text(value: string): string {
  const bytes = Buffer.from(value)
  const padded = bytes.toString('hex').padEnd(Math.ceil(bytes.length / 32) * 64, '0')
  return `${word(32)}${word(bytes.length)}${padded}`
}

/** Code that copies `data`, which lies behind it, to memory, and ends with `opcode` on it. */
function ending(data: string, opcode: string, before = ''): string {
  const size = (data.length / 2).toString(16).padStart(4, '0')
  const start = (before.length / 2 + 14).toString(16).padStart(4, '0')
  return `0x${before}61${size}61${start}5f3961${size}5f${opcode}00${data}`
}

/** Called with data it returns its name; without, it says that it has sent one token. */
function token(): string {
  const transfer = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
  const log = `60015f5233307f${transfer}60205fa300`
  const before = `3660${(4 + log.length / 2).toString(16).padStart(2, '0')}57${log}5b`
  return ending(text(`USD${HOSTILE}`), 'f3', before)
}

/** Reverts with a reason. */
function liar(): string {
  return ending(`08c379a0${text(`no${HOSTILE}`)}`, 'fd')
}

function parevm(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** Nothing but letters, and line breaks of the program's own. */
function expectPlain(output: string) {
  const hostile = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?!\n)\p{Cc}/u
  expect(hostile.exec(output)).toBe(null)
}

test('the name of a token and the reason of a revert cannot control a terminal', async () => {
  const sent = await parevm('simulate', '--genesis', genesis, '--from', SENDER, '--to', TOKEN)
  expectPlain(sent.stdout + sent.stderr)
  // The engine itself leaves out of names what is not to be seen, as far as it knows.
  expect(sent.stdout).toContain('USD[2J2J]0;x\\u2028\\udb40\\udc41 0x')

  const reverted = await parevm('simulate', '--genesis', genesis, '--from', SENDER, '--to', LIAR)
  expectPlain(reverted.stdout + reverted.stderr)
  expect(reverted.stdout).toContain(`no${SHOWN}`)
  expect(reverted.code).toBe(1)
})

test('nor can they in JSON, which keeps its value', async () => {
  const args = ['--genesis', genesis, '--from', SENDER, '--to', TOKEN, '--json']
  const { stdout } = await parevm('simulate', ...args)
  expectPlain(stdout)
  const { tokens } = JSON.parse(stdout)
  expect(tokens[TOKEN].symbol).toBe('USD[2J2J]0;x\u2028\u{e0041}')
})

test('the name of a file cannot, where it is missing or wrong', async () => {
  const { code, stdout, stderr } = await parevm('run', FILE, '--json')
  expectPlain(stdout + stderr)
  expect(stderr).toContain(`none-${SHOWN}.json.gz: `)
  expect(JSON.parse(stdout)[0].file).toBe(FILE)
  expect(code).toBe(1)

  for (const words of [
    ['simulate', '--calls', FILE],
    ['simulate', '--genesis', FILE, '--to', TOKEN],
    ['serve', '--genesis', FILE],
  ]) {
    const { code, stderr } = await parevm(...words)
    expectPlain(stderr)
    expect(stderr).toContain(`none-${SHOWN}.json.gz`)
    expect(code).toBe(2)
  }
  const wrong = join(folder, `wrong-${HOSTILE}.json`)
  await writeFile(wrong, `[{ "${HOSTILE.replaceAll('\n', '')}": 1 }`)
  const read = await parevm('simulate', '--calls', wrong)
  expectPlain(read.stderr)
  expect(read.stderr).toContain(`wrong-${SHOWN}.json: `)
})

test('nor can a word of the command line', async () => {
  for (const words of [
    [HOSTILE],
    [`--${HOSTILE}`],
    ['help', HOSTILE],
    ['run', `--${HOSTILE}`],
    ['run', '--executor', HOSTILE],
    ['run', '--threads', HOSTILE],
    ['serve', HOSTILE],
    ['serve', '--port', HOSTILE],
    ['serve', '--host', HOSTILE, '--port', '0'],
    ['simulate', '--value', HOSTILE],
    ['simulate', '--to', HOSTILE],
  ]) {
    const { code, stdout, stderr } = await parevm(...words)
    expectPlain(stdout + stderr)
    // The words of this program: what is wrong, and what to try.
    expect(stderr.split('\n').at(-2), JSON.stringify(words)).toMatch(/^Try: parevm /)
    expect(code).toBe(2)
  }
})
