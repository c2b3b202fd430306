import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createOutput, OutputError } from './output.js'

/** A stream whose reader takes a text when it is asked to. */
function slowStream() {
  const taken: string[] = []
  const waiting: (() => void)[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(text, _, done) {
      waiting.push(() => {
        taken.push(text)
        done()
      })
    },
  })
  return { stream, taken, take: () => waiting.shift()?.() }
}

/** A stream on which each write fails with `code`, and which stays open, as those of a process do. */
function failing(code: string) {
  const error = Object.assign(new Error(`broken: ${code}`), { code })
  const write = (_text: string, done: (error: Error) => void) => {
    done(error)
    return true
  }
  return Object.assign(new Writable(), { write }) as Writable
}

test('lines above the bound are dropped and counted', async () => {
  const { stream, taken, take } = slowStream()
  // As `process.stdout` has it: below this, a stream does not say that it can take more.
  const output = createOutput('stderr', () => stream, 2 ** 15)
  const line = 'a'.repeat(2 ** 14)
  output.note(line)
  output.note(line)
  output.note('b')
  output.note('c')
  for (let turn = 0; turn < 4; turn += 1) {
    take()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(taken.map((text) => text.slice(0, 60))).toEqual([
    'a'.repeat(60),
    'a'.repeat(60),
    'parevm: 2 lines were dropped, because nobody read stderr\n',
  ])
  output.note('d')
  take()
  expect(taken[3]).toBe('d')
})

test('a result is not dropped, however much waits', async () => {
  const { stream, taken, take } = slowStream()
  const output = createOutput('stdout', () => stream, 10)
  const printed = [output.print('a'.repeat(20)), output.print('b'.repeat(20))]
  take()
  take()
  await Promise.all(printed)
  expect(taken).toEqual(['a'.repeat(20), 'b'.repeat(20)])
})

test.each(['EPIPE', 'EIO'])('a reader that is gone (%s) has all that it wants', async (code) => {
  const output = createOutput('stdout', () => failing(code))
  await output.print('a')
  output.note('b')
  await output.print('c')
})

test('a result that cannot be written is an error, a line is not', async () => {
  const output = createOutput('stdout', () => failing('ENOSPC'))
  output.note('a')
  const printed = output.print('b')
  await expect(printed).rejects.toBeInstanceOf(OutputError)
  await expect(printed).rejects.toThrow('stdout could not be written: broken: ENOSPC')
})

test('a stream that cannot be opened, or throws, does not end the process', async () => {
  const output = createOutput('stderr', () => {
    throw Object.assign(new Error('no terminal'), { code: 'EIO' })
  })
  output.note('a')
  await output.print('b')
})

test('no other module of the command writes to them', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'output.ts',
  )
  expect(sources.length).toBeGreaterThan(15)
  const writes = /\bconsole\.|\bprocess\.(stdout|stderr|_rawDebug)\b/
  expect(sources.filter((name) => writes.test(readFileSync(join(folder, name), 'utf8')))).toEqual(
    [],
  )
})
