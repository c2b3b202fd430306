import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))

/** Starts the command; resolves when it serves or has ended. */
export function serve(...args: string[]) {
  return start('--json', ...args)
}

/** The same with what it prints for people. */
export async function start(...args: string[]) {
  const child = spawn(process.execPath, [script, 'serve', '--port', '0', ...args])
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      stdout += text
      if (/^\{.*\n|^listening/m.test(stdout)) resolve()
    })
    void ended.then(() => resolve())
  })
  const ready = stdout.startsWith('{') ? JSON.parse(stdout) : undefined
  const url: string = ready?.url ?? /listening on (\S+)/.exec(stdout)?.[1]
  return { child, ended, url, ready, stdout: () => stdout, stderr: () => stderr }
}
