import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBytes, readJson, readText } from './input.js'
import { UsageError } from './usage.js'

const folder = await mkdtemp(join(tmpdir(), 'parevm-'))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('a file of as many bytes as are read is read, one of more is refused', async () => {
  const path = await file('ten', '0123456789')
  expect(new TextDecoder().decode(await readBytes(path, 10))).toBe('0123456789')
  await expect(readBytes(path, 9)).rejects.toThrow(`${path}: is larger than 9 bytes`)
  await expect(readBytes(path, 9)).rejects.toBeInstanceOf(UsageError)
  expect(await readBytes(await file('none', ''), 1)).toEqual(new Uint8Array())
})

test('a file that is larger than 256 MiB is refused before it is read', async () => {
  const path = join(folder, 'sparse')
  const handle = await open(path, 'w')
  await handle.truncate(2 ** 40)
  await handle.close()
  await expect(readBytes(path)).rejects.toThrow(/: is larger than 268435456 bytes$/)
})

test('a device without an end is read up to the limit', async () => {
  await expect(readBytes('/dev/zero', 3_000_000)).rejects.toThrow(
    '/dev/zero: is larger than 3000000 bytes',
  )
  expect(await readBytes('/dev/null')).toEqual(new Uint8Array())
})

test('a pipe is read to its end, one without an end up to the limit', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const write = (script: string) => spawn('sh', ['-c', `${script} > "$0"`, pipe])
  write('head -c 200000 /dev/zero')
  expect(await readBytes(pipe, 200_000)).toHaveLength(200_000)
  const endless = write('yes')
  await expect(readBytes(pipe, 200_000)).rejects.toThrow(/larger than 200000 bytes/)
  endless.kill()
})

test.each([
  ['a folder', folder, 'USAGE', /is a folder, not a file/],
  ['no file', join(folder, 'absent'), 'ENOENT', /no such file/],
  ['a name that is no name', 'a\0b', 'ERR_INVALID_ARG_VALUE', /null bytes/],
  ['a long name', `${folder}/${'x'.repeat(100_000)}`, 'ENAMETOOLONG', /^.{1,200}$/s],
])('%s is a mistake of the command line', async (_, path, code, message) => {
  const error = await readBytes(path).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(UsageError)
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('an error about JSON repeats little of it', async () => {
  const path = await file('wrong.json', `{"a": ${'x'.repeat(100_000)}}`)
  await expect(readJson(path)).rejects.toThrow(/^.{1,500}$/s)
  expect(await readText(await file('text', 'é'))).toBe('é')
})
