#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { BaseError } from '../src/error/BaseError.js'
import { HELP, OVERVIEW } from './help.js'
import { run } from './run.js'
import { serve } from './serve.js'
import { simulate } from './simulate.js'
import { messageOf, print, printError } from './terminal.js'
import { UsageError, usage } from './usage.js'

const COMMANDS: ReadonlyMap<string, (args: string[]) => Promise<boolean>> = new Map([
  ['run', run],
  ['serve', serve],
  ['simulate', simulate],
])

/** Resolves with the exit code: 0 only if everything went as it should. */
async function main([name = '--help', ...rest]: string[]): Promise<number> {
  try {
    if (['-v', '--version'].includes(name)) return printOnly(await version(), rest)
    if (['-h', '--help'].includes(name)) return printOnly(OVERVIEW, rest)
    if (name === 'help') return printOnly(helpOf(rest[0]), rest.slice(1))
    const command = COMMANDS.get(name)
    if (command === undefined) throw new UsageError(unknown(name))
    if (rest.some((word) => ['-h', '--help'].includes(word))) return printOnly(helpOf(name), [])
    return (await command(rest)) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = COMMANDS.has(name) ? `parevm help ${name}` : 'parevm --help'
      printError(`parevm: ${error.message}\nTry: ${hint}\n`)
      return 2
    }
    // A fault of this program has a stack, which quotes what it failed on.
    const words = error instanceof BaseError ? messageOf(error) : inspect(error)
    printError(`parevm: ${words}\n`)
    return 1
  }
}

/** Prints `text`, where no words are left. */
function printOnly(text: string, left: string[]): number {
  usage({ args: left, options: {} })
  print(text)
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
  return `there is no ${kind} ${JSON.stringify(name)}`
}

/** Returns the version of the package. */
async function version(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  return `${JSON.parse(text).version}\n`
}

process.exitCode = await main(process.argv.slice(2))
