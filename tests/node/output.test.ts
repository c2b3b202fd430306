import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from './server.js'

const LOOP = '0x1111111111111111111111111111111111111111'

const CALL = ['simulate', '--threads', '1', '--to', LOOP]

test.each([
  ['run', ['run', '--threads', '1']],
  ['simulate', CALL],
  ['help', ['help', 'serve']],
])('%s ends in quiet where its reader stops reading', async (_, args) => {
  // The exit code of a pipeline is that of `head`: the command writes its own to a descriptor of its own.
  const shell = '{ "$@" 3>&-; echo "code $?" >&3; } 3>&2 2>/dev/null | head -c 0'
  const { stderr } = await command(args, shell)
  expect(stderr).toBe('code 0\n')
  const noisy = await command(args, '"$@" | head -c 0')
  expect(noisy.stderr).not.toMatch(/Error|EPIPE|^ {4}at /m)
})

test('a result that a full disk does not take is exit code 1, in one sentence', async () => {
  const { code, stderr } = await command(CALL, 'exec "$@" >/dev/full')
  expect(stderr).toMatch(/^parevm: stdout could not be written: ENOSPC.*\n$/)
  expect(code).toBe(1)
})

test.each([
  ['closed', '2>&-'],
  ['full', '2>/dev/full'],
])('a stderr that is %s changes no exit code', async (_, redirection) => {
  const result = await command(['run', '--threads', '1'], `exec "$@" ${redirection}`)
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('19933122') })
  expect(await command(['fly'], `exec "$@" ${redirection}`)).toMatchObject({ code: 2 })
})

test('an unread stderr does not delay the exit of a command', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parevm-'))
  // Many lines on stderr: one for each of these files, which are not there.
  const files = Array.from({ length: 2_000 }, (_, index) => `missing-${'x'.repeat(100)}-${index}`)
  const fifo = join(folder, 'pipe')
  const shell = `mkfifo ${fifo}; sleep 30 <${fifo} & "$@" 2>${fifo}; code=$?; kill $!; exit $code`
  const start = performance.now()
  expect(await command(['run', '--threads', '1', ...files], shell)).toMatchObject({ code: 1 })
  expect(performance.now() - start).toBeLessThan(20_000)
})
