#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { BaseError } from '../src/error/BaseError.js'
import { quote } from '../src/error/cut.js'
import { HELP, OVERVIEW } from './help.js'
import { stderr, stdout } from './output.js'
import { run } from './run.js'
import { serve } from './serve.js'
import { simulate } from './simulate.js'
import { messageOf } from './terminal.js'
import { UsageError, usage } from './usage.js'

const COMMANDS: ReadonlyMap<string, (args: string[]) => Promise<boolean>> = new Map([
  ['run', run],
  ['serve', serve],
  ['simulate', simulate],
])

/** Milliseconds for the last messages on stderr. */
const NOTES_LIMIT_MS = 1_000

/** Runs a command and resolves with the exit code. */
async function main([name = '--help', ...rest]: string[]): Promise<number> {
  try {
    if (['-v', '--version'].includes(name)) return await print(await version(), rest)
    if (['-h', '--help'].includes(name)) return await print(OVERVIEW, rest)
    if (name === 'help') return await print(helpOf(rest[0]), rest.slice(1))
    const command = COMMANDS.get(name)
    if (command === undefined) throw new UsageError(unknown(name))
    if (rest.some((word) => ['-h', '--help'].includes(word))) return await print(helpOf(name), [])
    return (await command(rest)) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = COMMANDS.has(name) ? `parevm help ${name}` : 'parevm --help'
      stderr.note(`parevm: ${error.message}\nTry: ${hint}\n`)
      return 2
    }
    // Any other error is a bug, so its stack is printed.
    const text = error instanceof BaseError ? messageOf(error) : inspect(error)
    stderr.note(`parevm: ${text}\n`)
    return 1
  }
}

/** Prints `text`; throws where arguments are left. */
async function print(text: string, left: string[]): Promise<number> {
  usage({ args: left, options: {} })
  await stdout.print(text)
  return 0
}

function helpOf(name: string | undefined): string {
  if (name === undefined) return OVERVIEW
  const help = HELP.get(name)
  if (help === undefined) throw new UsageError(unknown(name))
  return help
}

function unknown(name: string): string {
  const kind = name.startsWith('-') ? 'flag before a command' : 'command'
  return `there is no ${kind} ${quote(name)}`
}

/** Returns the version of the package. */
async function version(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  return `${JSON.parse(text).version}\n`
}

process.exitCode = await main(process.argv.slice(2))
// All results are written. Messages for a pipe without a reader would keep the process alive.
setTimeout(() => process.exit(), NOTES_LIMIT_MS).unref()
